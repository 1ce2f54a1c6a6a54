package dev.culvert.guest.anthropic;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Writes JSON to a buffer, in which values are copied as bytes. */
final class BodyWriter implements AutoCloseable {
    private final ByteBuf out;
    private final JsonGenerator json;

    /**
     * @param out stays the caller's
     */
    BodyWriter(ByteBuf out) throws IOException {
        this.out = out;
        json = JsonText.generator(out);
    }

    JsonGenerator json() {
        return json;
    }

    /** The buffer, in which a value may be written now. */
    ByteBuf beginValue() throws IOException {
        json.writeRawValue(""); // writes the comma before the value
        json.flush();
        return out;
    }

    void copy(JsonValue value) throws IOException {
        beginValue().writeBytes(value.text(), value.start(), value.length());
    }

    void copy(String name, JsonValue value) throws IOException {
        json.writeFieldName(name);
        copy(value);
    }

    /** Copies a string without its first bytes. */
    void copyRestOfString(JsonValue string, int from) throws IOException {
        ByteBuf to = beginValue();
        to.writeByte('"');
        to.writeBytes(string.text(), from, string.end() - from);
    }

    /** Flushes; the buffer stays open. */
    @Override
    public void close() throws IOException {
        json.close();
    }
}
