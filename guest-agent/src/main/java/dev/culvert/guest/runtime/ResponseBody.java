package dev.culvert.guest.runtime;

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

/**
 * What the body of one response means. The listener is told the end from in here, failures are
 * thrown.
 */
sealed interface ResponseBody permits EventStreamBody, JsonBody, ErrorBody {

    /** Lends {@code content} for the call. */
    void content(ByteBuf content) throws FailedGenerationException;

    /** The body is whole: tells the end, unless that was told, or throws. */
    void end() throws FailedGenerationException;

    /** What it means that the connection was lost before the body was whole. */
    RuntimeFailure cut(String why);

    /** By what the head of a response says that its body is. */
    static ResponseBody of(
            HttpResponse head,
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
                            : new ErrorBody(settings, head).failure(compressed));
        }
        if (!success) {
            return new ErrorBody(settings, head);
        }
        return HttpHeaderValues.TEXT_EVENT_STREAM.contentEqualsIgnoreCase(
                        HttpUtil.getMimeType(head))
                ? new EventStreamBody(settings, listener, onProgress)
                : new JsonBody(
                        settings, listener, head.headers().get(HttpHeaderNames.CONTENT_TYPE));
    }

    /** How the body is coded, where that is not as it was asked for; else empty. */
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
                        + ", though the agent asks for accept-encoding: identity; switch"
                        + " compression off at the runtime, or at the proxy in front of it.");
    }

    static RuntimeFailure broken(String why) {
        return new RuntimeFailure(
                ErrorCode.STREAM_BROKEN,
                "The runtime's answer broke off: "
                        + why
                        + ". What came so far is not complete; look into the runtime's log.");
    }
}
