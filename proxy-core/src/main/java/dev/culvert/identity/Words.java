package dev.culvert.identity;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/** What the strings of a handshake look like, and how its frames are written. */
final class Words {
    /** Of agents and tenants. */
    static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    static final String NAME_TAKES = "1 to 64 of A-Z, a-z, 0-9, dot, underscore and hyphen";

    /** Of what is random, encoded or counted. */
    static final Pattern WORD = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

    static final String WORD_TAKES = "1 to 128 of A-Z, a-z, 0-9, dot, underscore, colon and hyphen";

    interface Writer {
        void write(JsonGenerator json) throws IOException;
    }

    private Words() {}

    /** Belongs to the caller. */
    static Frame frame(FrameType type, Writer members) {
        ByteBuf payload = Unpooled.buffer();
        try (JsonGenerator json = JsonText.generator(payload)) {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return new Frame(type, "", payload);
    }

    static void writeUnlessEmpty(JsonGenerator json, String name, String text) throws IOException {
        if (!text.isEmpty()) {
            json.writeStringField(name, text);
        }
    }
}
