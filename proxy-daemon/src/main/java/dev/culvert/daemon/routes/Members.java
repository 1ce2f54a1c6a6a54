package dev.culvert.daemon.routes;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.frame.PayloadJson;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;

/** The names of a JSON object's members. */
final class Members {
    private Members() {}

    /** Borrows {@code object}, which was checked to be one. */
    static Set<String> of(ByteBuf object) {
        Set<String> names = new HashSet<>();
        try (JsonParser parser = PayloadJson.parser(object)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                names.add(parser.currentName());
                parser.nextToken();
                parser.skipChildren();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
        return names;
    }
}
