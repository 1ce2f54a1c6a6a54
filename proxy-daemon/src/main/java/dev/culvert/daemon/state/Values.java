package dev.culvert.daemon.state;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.auth.SecretHash;
import dev.culvert.identity.AgentKey;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Values of the files of {@code state_dir}, and how they are written. */
final class Values {
    static final Kind<Instant> TIME =
            Kind.text("a time such as \"2026-11-29T18:00:00Z\"", Values::time);
    static final Kind<SecretHash> HASH =
            Kind.text("a SHA-256 of 64 digits from 0 to f", Values::hash);
    static final Kind<AgentKey> KEY =
            Kind.text("a public key in base64url, of 43 characters", Values::key);

    private Values() {}

    /**
     * @throws IllegalArgumentException if it is missing
     */
    static <T> T required(Section in, String key, Kind<T> kind) {
        return in.find(key, kind)
                .orElseThrow(() -> new IllegalArgumentException(key + " is missing"));
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException _) {
            throw new NumberFormatException(text);
        }
    }

    private static SecretHash hash(String text) {
        try {
            return new SecretHash(text);
        } catch (IllegalArgumentException _) {
            throw new NumberFormatException(text);
        }
    }

    private static AgentKey key(String text) {
        try {
            return new AgentKey(text);
        } catch (IllegalArgumentException _) {
            throw new NumberFormatException(text);
        }
    }

    static void write(JsonGenerator json, String key, @Nullable Object value) throws IOException {
        if (value != null) {
            json.writeStringField(key, value.toString());
        }
    }
}
