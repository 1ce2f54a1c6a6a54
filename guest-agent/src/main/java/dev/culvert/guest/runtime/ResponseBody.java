package dev.culvert.guest.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.culvert.frame.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the body of one response and tells the listener; failures are thrown. */
sealed interface ResponseBody permits EventStreamBody, JsonBody, ErrorBody {

    /** Lends {@code content} for the call. */
    void content(ByteBuf content) throws FailedGenerationException;

    /** The body is complete: tells the listener the end, unless it knows, or throws. */
    void end() throws FailedGenerationException;

    /** The failure if the connection is lost before the body is complete. */
    RuntimeFailure cut(String why);

    /** The reader for the kind of body that the head of the response announces. */
    static ResponseBody of(
            HttpResponse head,
            RuntimeApi api,
            RuntimeSettings settings,
            GuardedListener listener,
            Runnable onProgress)
            throws FailedGenerationException {
        boolean success = head.status().codeClass() == HttpStatusClass.SUCCESS;
        String coding = coding(head.headers());
        if (!coding.isEmpty()) {
            String compressed = "it is compressed (" + settings.quote(coding) + ")";
            throw new FailedGenerationException(
                    success
                            ? unreadable(compressed)
                            : new ErrorBody(api, settings, head).failure(compressed));
        }
        if (!success) {
            return new ErrorBody(api, settings, head);
        }
        return HttpHeaderValues.TEXT_EVENT_STREAM.contentEqualsIgnoreCase(
                        HttpUtil.getMimeType(head))
                ? new EventStreamBody(
                        settings.limits(), listener, api.reader(settings, listener), onProgress)
                : new JsonBody(
                        settings,
                        api,
                        api.reader(settings, listener),
                        head.headers().get(HttpHeaderNames.CONTENT_TYPE));
    }

    /** The codings of the body that the agent did not ask for; empty if there are none. */
    private static String coding(HttpHeaders headers) {
        List<String> all = new ArrayList<>(headers.getAll(HttpHeaderNames.CONTENT_ENCODING));
        all.addAll(headers.getAll(HttpHeaderNames.TRANSFER_ENCODING));
        return all.stream()
                .flatMap(value -> Stream.of(value.split(",", -1)))
                .map(String::strip)
                .filter(coding ->
                        !coding.isEmpty()
                                && !coding.equalsIgnoreCase("identity")
                                && !coding.equalsIgnoreCase("chunked"))
                .collect(Collectors.joining(", "));
    }

    private static RuntimeFailure unreadable(String why) {
        return new RuntimeFailure(
                ErrorCode.RUNTIME_ERROR,
                "The runtime's answer cannot be read: "
                        + why
                        + ", although the agent asked for accept-encoding: identity. Switch off"
                        + " compression at the runtime, or at the proxy in front of it.");
    }

    static FailedGenerationException notJson(
            RuntimeSettings settings, JsonProcessingException why) {
        return new FailedGenerationException(
                broken("an event is not valid JSON, " + settings.quote(why.getOriginalMessage())));
    }

    static RuntimeFailure broken(String why) {
        return new RuntimeFailure(
                ErrorCode.STREAM_BROKEN,
                "The runtime's answer broke off: "
                        + why
                        + ". What came so far is incomplete; look into the runtime's log.");
    }
}
