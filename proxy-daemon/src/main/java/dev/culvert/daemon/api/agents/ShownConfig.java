package dev.culvert.daemon.api.agents;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.daemon.fleet.Desired;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes a configuration for people: values whose names say that they are secrets are hidden. */
final class ShownConfig {
    static final String HIDDEN = "(hidden)";

    private static final Pattern SECRET =
            Pattern.compile(
                    "(?i).*(?:pass(?:word|wd|phrase)|secret|token(?!s|izer)|api[_-]?key|[_-]key|^key$"
                            + "|private|credential|authorization|cookie|bearer).*");

    private static final JsonFactory JSON = new JsonFactory();

    private ShownConfig() {}

    /** Writes the member {@code name}; null if there is no such configuration. */
    static void write(JsonGenerator json, String name, @Nullable Desired config)
            throws IOException {
        json.writeFieldName(name);
        if (config == null) {
            json.writeNull();
            return;
        }
        try (JsonParser parser = JSON.createParser(config.payload())) {
            boolean hidden = false;
            for (JsonToken it = parser.nextToken(); it != null; it = parser.nextToken()) {
                if (hidden && it.isScalarValue() && it != JsonToken.VALUE_NULL) {
                    json.writeString(HIDDEN);
                } else {
                    json.copyCurrentEventExact(parser);
                }
                hidden = it == JsonToken.FIELD_NAME && isSecret(parser.currentName());
            }
        }
    }

    static boolean isSecret(String name) {
        return SECRET.matcher(name).matches();
    }
}
