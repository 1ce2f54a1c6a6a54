package dev.culvert.guest.runtime;

import dev.culvert.guest.config.RuntimeHeaders;
import dev.culvert.guest.config.RuntimeKind;
import io.netty.buffer.ByteBuf;
import java.util.Map;

/**
 * A request to the runtime.
 *
 * @param body the JSON of a chat completion with {@code "stream": true}; belongs to the holder of
 *     this request, until {@link LlmRuntime#start} takes it
 * @param kind the API that the runtime speaks
 * @param headers sent besides the agent's own, such as an agent id or a session key
 */
public record GenerationRequest(ByteBuf body, Map<String, String> headers, RuntimeKind kind) {

    /** Throws if a header is not allowed; then the body still belongs to the caller. */
    public GenerationRequest {
        headers = Map.copyOf(headers);
        headers.forEach(RuntimeHeaders::check);
    }

    /** Without the values of the headers, which may be secrets. */
    @Override
    public String toString() {
        return "GenerationRequest["
                + body.readableBytes()
                + " bytes, headers "
                + headers.keySet()
                + "]";
    }
}
