package dev.culvert.daemon.webhooks;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.config.WebhookEvent;
import dev.culvert.daemon.config.WebhookSettings;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one webhook is.
 *
 * @param waiting the messages that were not delivered yet, the earliest first
 * @param past those that have ended lately, the latest first
 * @param trouble why the last attempt failed; null if it did not
 * @param lastTaken when a message was last taken; null if none was since the start
 */
public record WebhookReport(
        WebhookSettings settings,
        List<Delivery> waiting,
        List<PastDelivery> past,
        @Nullable String trouble,
        @Nullable Instant lastTaken) {

    /** A message, as it is listed. */
    public record Line(String id, Body body) {
        interface Body {
            void write(JsonGenerator json) throws IOException;
        }

        public void write(JsonGenerator json) throws IOException {
            json.writeStartObject();
            json.writeStringField("id", id);
            body.write(json);
            json.writeEndObject();
        }
    }

    /** Writes the members of an object. */
    public void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", settings.name());
        json.writeStringField("receiver", settings.origin());
        json.writeArrayFieldStart("events");
        for (WebhookEvent event : WebhookEvent.values()) {
            if (settings.events().isEmpty() || settings.events().contains(event)) {
                json.writeString(event.label());
            }
        }
        json.writeEndArray();
        json.writeStringField("tenant", settings.tenant().orElse(null));
        json.writeStringField("state", trouble == null ? "ok" : "failing");
        json.writeStringField("error", trouble);
        json.writeNumberField("waiting", waiting.size());
        writeTime(json, "delivered", lastTaken);
        json.writeEndObject();
    }

    private static void writeTime(JsonGenerator json, String name, @Nullable Instant time)
            throws IOException {
        json.writeStringField(
                name, time == null ? null : time.truncatedTo(ChronoUnit.MILLIS).toString());
    }

    /** What waits and what has ended, in the order of their ids. */
    public List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        waiting.forEach(each -> lines.add(line(each, null)));
        past.forEach(each -> lines.add(line(each.delivery(), each)));
        lines.sort(Comparator.comparing(Line::id));
        return lines;
    }

    private static Line line(Delivery delivery, @Nullable PastDelivery ended) {
        return new Line(
                delivery.id(),
                json -> {
                    json.writeStringField("webhook", delivery.hook());
                    json.writeStringField("event", delivery.event());
                    json.writeStringField("state", state(ended));
                    writeTime(json, "created", delivery.created());
                    json.writeNumberField(
                            "attempts",
                            delivery.attempts() + (ended != null && ended.isDelivered() ? 1 : 0));
                    writeTime(json, "due", ended == null ? delivery.due() : null);
                    writeTime(json, "ended", ended == null ? null : ended.ended());
                    json.writeStringField(
                            "result", ended == null ? delivery.trouble() : ended.how());
                });
    }

    private static String state(@Nullable PastDelivery ended) {
        return ended == null ? "waiting" : ended.isDelivered() ? "delivered" : "given_up";
    }
}
