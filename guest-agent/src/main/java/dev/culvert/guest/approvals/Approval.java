package dev.culvert.guest.approvals;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * What somebody is asked to approve.
 *
 * @param id of the approval
 * @param turn in which the tool is called
 * @param call the id of the call
 * @param arguments a JSON object, as the model wrote it
 * @param digest of exactly these arguments
 * @param policy the version of the policy that asks
 * @param rule which asks; null if the default of the policy does
 * @param why it asks, in a sentence
 * @param asked since when it waits
 * @param expires when it counts as denied
 */
public record Approval(
        String id,
        String turn,
        String call,
        String tool,
        String arguments,
        String digest,
        String policy,
        @Nullable String rule,
        String why,
        Instant asked,
        Instant expires) {
    public Approval {
        asked = asked.truncatedTo(ChronoUnit.MILLIS);
        expires = expires.truncatedTo(ChronoUnit.MILLIS);
    }

    /** The payload of the frame {@code approval}, which is of the turn. */
    public String inTheTurn() {
        return json(false);
    }

    /** The payload of the frame {@code approve}. */
    String toTheHost() {
        return json(true);
    }

    private String json(boolean withTurn) {
        ByteArrayOutputStream text = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JsonText.generator(text)) {
            json.writeStartObject();
            json.writeStringField("approval_id", id);
            if (withTurn) {
                json.writeStringField("turn", turn);
            }
            json.writeStringField("call_id", Quoted.word(call));
            json.writeStringField("tool_name", tool);
            json.writeFieldName("arguments");
            json.writeRawValue(arguments);
            json.writeStringField("digest", digest);
            json.writeStringField("policy", policy);
            if (rule != null) {
                json.writeStringField("rule", rule);
            }
            json.writeStringField("why", Quoted.sentence(why));
            json.writeStringField("expires", expires.toString());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
