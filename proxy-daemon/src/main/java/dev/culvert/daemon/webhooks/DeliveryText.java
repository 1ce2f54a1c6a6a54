package dev.culvert.daemon.webhooks;

import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonMembers;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** How a message is stored. */
final class DeliveryText {
    private DeliveryText() {}

    static DeliveryStore.Row row(Delivery delivery) {
        String content =
                JsonLine.object(json -> {
                    json.writeStringField("hook", delivery.hook());
                    json.writeStringField("event", delivery.event());
                    json.writeStringField("created", delivery.created().toString());
                    json.writeStringField("body", delivery.body());
                    if (delivery.trouble() != null) {
                        json.writeStringField("trouble", delivery.trouble());
                    }
                });
        return new DeliveryStore.Row(
                delivery.id(), delivery.due().toString(), delivery.attempts(), content);
    }

    /**
     * Reads it again.
     *
     * @throws IOException one clause, when it is damaged
     */
    static Delivery of(DeliveryStore.Row row) throws IOException {
        Map<String, String> texts = texts(row.content());
        try {
            return new Delivery(
                    row.id(),
                    text(texts, "hook"),
                    text(texts, "event"),
                    Instant.parse(text(texts, "created")),
                    text(texts, "body"),
                    row.attempts(),
                    Instant.parse(row.due()),
                    texts.get("trouble"));
        } catch (DateTimeException e) {
            throw new IOException("a time in it is not valid: " + e.getMessage(), e);
        }
    }

    private static String text(Map<String, String> texts, String name) throws IOException {
        String text = texts.get(name);
        if (text == null) {
            throw new IOException("it has no '" + name + "'");
        }
        return text;
    }

    private static Map<String, String> texts(String content) throws IOException {
        ByteBuf text = Unpooled.copiedBuffer(content, StandardCharsets.UTF_8);
        try {
            JsonText.checkObject(text);
            Map<String, String> texts = new HashMap<>();
            JsonMembers members = new JsonMembers(text, JsonMembers.find(text));
            while (members.next()) {
                if (members.kind() == '"') {
                    texts.put(members.name(), members.text());
                }
            }
            return texts;
        } catch (BadJsonException e) {
            throw new IOException("it is not one JSON object: " + e.detail(), e);
        } finally {
            text.release();
        }
    }
}
