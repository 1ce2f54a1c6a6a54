package dev.culvert.daemon.outgoing;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a request.
 *
 * @param reason the words after the status, as the server said them; HTTP gives them no meaning
 * @param headers by their names in lower case; of a repeated one the first
 * @param body read as UTF-8
 * @param isCut whether the body was longer than the request allows
 */
public record OutgoingAnswer(
        int status, String reason, Map<String, String> headers, String body, boolean isCut) {
    private static final int FIRST_REDIRECTION = 300;
    private static final int OK = 200;

    public OutgoingAnswer {
        headers = Map.copyOf(headers);
    }

    /** Null if there is none. */
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    public boolean isSuccess() {
        return status >= OK && status < FIRST_REDIRECTION;
    }
}
