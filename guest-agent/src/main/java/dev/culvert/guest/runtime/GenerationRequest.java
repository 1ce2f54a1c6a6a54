package dev.culvert.guest.runtime;

import io.netty.buffer.ByteBuf;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What to ask the runtime.
 *
 * @param body the complete JSON of a chat completion with {@code "stream": true}; belongs to
 *     whoever holds this request, until {@link LlmRuntime#start} takes it
 * @param headers further ones for the runtime, such as an agent or a session key
 */
public record GenerationRequest(ByteBuf body, Map<String, String> headers) {

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern VALUE = Pattern.compile("[\\t -~]*");
    private static final Set<String> OURS =
            Set.of(
                    "accept",
                    "accept-encoding",
                    "authorization",
                    "connection",
                    "content-encoding",
                    "content-length",
                    "content-type",
                    "expect",
                    "host",
                    "keep-alive",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    /** Throws where a header is refused; the body then still belongs to the caller. */
    public GenerationRequest {
        headers = Map.copyOf(headers);
        headers.forEach(GenerationRequest::checkHeader);
    }

    /**
     * Throws an {@link IllegalArgumentException} that says what is wrong when a header may not be
     * sent to the runtime.
     */
    public static void checkHeader(String name, String value) {
        if (!TOKEN.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a header for the runtime has a name that HTTP does not allow");
        }
        if (OURS.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException(
                    "the header "
                            + name
                            + " is set by the agent itself (the key is given by --runtime-key-file)");
        }
        if (!VALUE.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "the value of the header "
                            + name
                            + " has characters other than printable ASCII");
        }
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
