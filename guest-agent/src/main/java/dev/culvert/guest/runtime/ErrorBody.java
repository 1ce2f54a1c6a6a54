package dev.culvert.guest.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.frame.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import java.io.ByteArrayOutputStream;
import java.time.Instant;

/** The body of a response that is no success: read for what the runtime says, up to a limit. */
final class ErrorBody implements ResponseBody {

    private static final int MAX_BODY_BYTES = 16 << 10;

    private final RuntimeApi api;
    private final RuntimeSettings settings;
    private final HttpResponseStatus status;
    private final int retryAfterSeconds;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    ErrorBody(RuntimeApi api, RuntimeSettings settings, HttpResponse head) {
        this.api = api;
        this.settings = settings;
        status = head.status();
        retryAfterSeconds = RetryAfter.seconds(head.headers(), Instant.now());
    }

    @Override
    public void content(ByteBuf content) throws FailedGenerationException {
        byte[] taken = new byte[Math.min(content.readableBytes(), MAX_BODY_BYTES - body.size())];
        content.readBytes(taken);
        body.writeBytes(taken);
        if (body.size() == MAX_BODY_BYTES) {
            end();
        }
    }

    @Override
    public void end() throws FailedGenerationException {
        throw new FailedGenerationException(failure());
    }

    @Override
    public RuntimeFailure cut(String why) {
        return failure();
    }

    private RuntimeFailure failure() {
        return failure(settings.quote(JsonReaders.errorMessage(body.toString(UTF_8))));
    }

    /** The failure with these words instead of those in the body. */
    RuntimeFailure failure(String words) {
        return new RuntimeFailure(
                ErrorCode.RUNTIME_ERROR,
                "The runtime answered "
                        + settings.quote(status.toString())
                        + (words.isEmpty() ? "" : ": " + words)
                        + hint(),
                status.code(),
                retryAfterSeconds);
    }

    private String hint() {
        return switch (status.code()) {
            case 401, 403 ->
                    settings.bearerKey() == null
                            ? " (set the runtime's key with --runtime-key-file)"
                            : " (it does not accept the key in --runtime-key-file)";
            case 404, 405 ->
                    " (it does not offer POST "
                            + settings.target(api.target())
                            + ": "
                            + api.absenceHint()
                            + ")";
            case 429, 529 ->
                    retryAfterSeconds == 0
                            ? " (it is busy: try again later)"
                            : " (it is busy: try again in " + retryAfterSeconds + " s)";
            default ->
                    status.codeClass() == HttpStatusClass.REDIRECTION
                            ? " (the agent follows no redirects: set --runtime to the final address)"
                            : " (look into the runtime's log)";
        };
    }
}
