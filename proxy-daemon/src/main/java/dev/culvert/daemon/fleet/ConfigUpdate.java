package dev.culvert.daemon.fleet;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.config.AgentSettings;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Writes the payload of a {@code config_update} (messages.md). */
final class ConfigUpdate {
    private static final JsonFactory JSON = new JsonFactory();

    private ConfigUpdate() {}

    static String payload(AgentSettings settings) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeFieldName("config");
            json.writeRawValue(settings.config().orElse("{}"));
            json.writeArrayFieldStart("tool_allowlist");
            for (String tool : settings.toolAllowlist()) {
                json.writeString(tool);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }
}
