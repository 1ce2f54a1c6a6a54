package dev.culvert.guest.runtime;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.anthropic.MessagesRequest;
import dev.culvert.guest.anthropic.UntranslatableException;
import io.netty.buffer.ByteBuf;
import java.util.Map;

/** Anthropic's Messages API. */
final class MessagesApi implements RuntimeApi {
    static final MessagesApi INSTANCE = new MessagesApi();

    /** What the members of the request need besides the values that are copied. */
    private static final int MORE_BYTES = 512;

    private MessagesApi() {}

    @Override
    public String target() {
        return "/messages";
    }

    @Override
    public String answer() {
        return "a message of the Messages API";
    }

    @Override
    public String absenceHint() {
        return "check --runtime and --runtime-kind";
    }

    @Override
    public Sent request(ByteBuf chat, Map<String, String> headers, RuntimeSettings settings)
            throws FailedGenerationException {
        ByteBuf body = chat.alloc().buffer(chat.readableBytes() + MORE_BYTES);
        boolean written = false;
        try {
            Map<String, String> all =
                    MessagesRequest.write(chat, body, settings.requests(), headers);
            if (settings.bearerKey() != null) {
                all.put("x-api-key", settings.bearerKey());
            }
            written = true;
            return new Sent(body, all);
        } catch (UntranslatableException e) {
            throw new FailedGenerationException(ErrorCode.INVALID_PAYLOAD, e.getMessage());
        } finally {
            chat.release();
            if (!written) {
                body.release();
            }
        }
    }

    @Override
    public AnswerReader reader(RuntimeSettings settings, GuardedListener listener) {
        return new MessagesReader(settings, listener);
    }
}
