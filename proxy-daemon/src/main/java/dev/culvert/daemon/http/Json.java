package dev.culvert.daemon.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes the JSON of answers and events. */
public final class Json {
    public interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    private Json() {}

    /** An object with these members; it belongs to the caller. */
    public static ByteBuf object(Body members) {
        return value(json -> {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        });
    }

    private static ByteBuf value(Body body) {
        ByteBuf text = Unpooled.buffer(256);
        try (JsonGenerator json = JsonText.generator(text)) {
            body.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text;
    }
}
