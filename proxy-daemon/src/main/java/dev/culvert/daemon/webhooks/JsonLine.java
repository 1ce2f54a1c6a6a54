package dev.culvert.daemon.webhooks;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Writes JSON objects as text. */
final class JsonLine {
    interface Members {
        void write(JsonGenerator json) throws IOException;
    }

    private JsonLine() {}

    static String object(Members members) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JsonText.generator(out)) {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
