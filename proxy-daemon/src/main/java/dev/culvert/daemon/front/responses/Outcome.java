package dev.culvert.daemon.front.responses;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.http.Problem;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * How far a response has got, in OpenAI's words.
 *
 * @param error JSON
 * @param incompleteDetails JSON
 */
record Outcome(String status, String error, String incompleteDetails, Usage usage) {
    private static final String NULL = "null";
    private static final int TOO_MANY = 429;

    static final Outcome QUEUED = of("queued");
    static final Outcome IN_PROGRESS = of("in_progress");
    static final Outcome CANCELLED = of("cancelled");

    private static Outcome of(String status) {
        return new Outcome(status, NULL, NULL, Usage.UNKNOWN);
    }

    /** The runtime came to an end, for this reason of chat completions. */
    static Outcome finished(String reason, Usage usage) {
        return switch (reason) {
            case "length" -> incomplete("max_output_tokens", usage);
            case "content_filter" -> incomplete("content_filter", usage);
            default -> new Outcome("completed", NULL, NULL, usage);
        };
    }

    private static Outcome incomplete(String reason, Usage usage) {
        return new Outcome("incomplete", NULL, "{\"reason\":\"" + reason + "\"}", usage);
    }

    static Outcome failed(Problem why) {
        ByteBuf error = Unpooled.buffer();
        try (JsonGenerator json = JsonText.generator(error)) {
            json.writeStartObject();
            json.writeStringField(
                    "code",
                    why.status().code() == TOO_MANY ? "rate_limit_exceeded" : "server_error");
            json.writeStringField("message", why.error());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return new Outcome("failed", error.toString(StandardCharsets.UTF_8), NULL, Usage.UNKNOWN);
    }

    boolean isIncomplete() {
        return status.equals("incomplete");
    }

    /** Whether the runtime came to an end by itself, so that the answer will never be another. */
    boolean isWhole() {
        return status.equals("completed") || isIncomplete();
    }

    /** Whether nothing will follow. */
    boolean isFinal() {
        return !status.equals("queued") && !status.equals("in_progress");
    }
}
