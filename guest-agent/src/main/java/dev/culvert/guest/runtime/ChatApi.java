package dev.culvert.guest.runtime;

import io.netty.buffer.ByteBuf;
import java.util.Map;

/** OpenAI's chat completions. */
final class ChatApi implements RuntimeApi {
    static final ChatApi INSTANCE = new ChatApi();

    private ChatApi() {}

    @Override
    public String target() {
        return "/chat/completions";
    }

    @Override
    public String answer() {
        return "a chat completion";
    }

    @Override
    public String absenceHint() {
        return "check --runtime and --runtime-kind; in OpenClaw, enable"
                + " gateway.http.endpoints.chatCompletions.enabled";
    }

    @Override
    public Sent request(ByteBuf chat, Map<String, String> headers, RuntimeSettings settings) {
        return new Sent(chat, headers);
    }

    @Override
    public AnswerReader reader(RuntimeSettings settings, GuardedListener listener) {
        return new ChatReader(settings, listener);
    }
}
