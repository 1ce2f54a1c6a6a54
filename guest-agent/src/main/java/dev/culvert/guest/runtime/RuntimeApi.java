package dev.culvert.guest.runtime;

import dev.culvert.guest.config.RuntimeKind;
import io.netty.buffer.ByteBuf;
import java.util.Map;

/** How to ask a runtime of one kind, and how to read its answer. */
sealed interface RuntimeApi permits ChatApi, MessagesApi {
    /**
     * A request as it is sent.
     *
     * @param body belongs to the holder
     */
    record Sent(ByteBuf body, Map<String, String> headers) {}

    static RuntimeApi of(RuntimeKind kind) {
        return switch (kind) {
            case OPENAI -> ChatApi.INSTANCE;
            case ANTHROPIC -> MessagesApi.INSTANCE;
        };
    }

    /** The request target, after {@code /v1}. */
    String target();

    /** What an answer is called in errors. */
    String answer();

    /** What an operator may check who finds that the runtime does not offer this API. */
    String absenceHint();

    /** Takes ownership of the body of a chat completion, whatever happens. */
    Sent request(ByteBuf chat, Map<String, String> headers, RuntimeSettings settings)
            throws FailedGenerationException;

    AnswerReader reader(RuntimeSettings settings, GuardedListener listener);
}
