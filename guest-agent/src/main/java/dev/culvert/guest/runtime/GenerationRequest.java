package dev.culvert.guest.runtime;

import dev.culvert.guest.config.RuntimeHeaders;
import io.netty.buffer.ByteBuf;
import java.util.Map;

/**
 * What to ask the runtime.
 *
 * @param body the complete JSON of a chat completion with {@code "stream": true}; belongs to
 *     whoever holds this request, until {@link LlmRuntime#start} takes it
 * @param headers further ones for the runtime, such as an agent or a session key
 */
public record GenerationRequest(ByteBuf body, Map<String, String> headers) {

    /** Throws where a header is refused; the body then still belongs to the caller. */
    public GenerationRequest {
        headers = Map.copyOf(headers);
        headers.forEach(RuntimeHeaders::check);
    }

    /** Without the headers' values, which may be secrets. */
    @Override
    public String toString() {
        return "GenerationRequest["
                + body.readableBytes()
                + " bytes, headers "
                + headers.keySet()
                + "]";
    }
}
