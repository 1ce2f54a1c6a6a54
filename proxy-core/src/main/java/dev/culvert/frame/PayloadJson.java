package dev.culvert.frame;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Reads and writes payloads as JSON, for those who look into them, under a frame's limits. */
public final class PayloadJson {
    private static final JsonFactory JSON =
            new JsonFactoryBuilder()
                    .streamReadConstraints(new FrameConstraints(FrameLimits.DEFAULTS))
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                    .build();

    private static final FrameLimits INSIDE = FrameLimits.DEFAULTS.insideAnEnvelope();

    private PayloadJson() {}

    /**
     * Checks a text that is to be sent as a payload and must be an object: what passes here is
     * refused by no receiver. Borrows it.
     *
     * @throws BadFrameException saying what is wrong, and where
     */
    public static void checkObject(ByteBuf text) {
        JsonScanner scanner = JsonScanner.of(text, INSIDE);
        try {
            scanner.open();
            while (scanner.next()) {
                scanner.skip();
            }
            scanner.end();
        } catch (BadFrameException bad) {
            throw scanner.verdict(bad);
        }
    }

    /** Borrows {@code payload} until the parser is closed; its reader index stays. */
    public static JsonParser parser(ByteBuf payload) throws IOException {
        return JSON.createParser((InputStream) new ByteBufInputStream(payload.duplicate()));
    }

    /** Writes to {@code out}, which stays the caller's; flushed when the generator is closed. */
    public static JsonGenerator generator(ByteBuf out) throws IOException {
        return JSON.createGenerator((OutputStream) new ByteBufOutputStream(out));
    }
}
