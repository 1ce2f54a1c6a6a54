package dev.culvert.daemon.client.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.value.Value;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/**
 * An answer whose body comes as it is read. Closing it ends the connection.
 *
 * @param headers by their names in small letters
 */
public record Response(
        int status, Map<String, String> headers, InputStream body, Closeable connection)
        implements Closeable {
    private static final int MAX_BODY_BYTES = 64 * 1024 * 1024;

    /** Empty if there is none. */
    public String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /** The whole body. */
    public String text() throws IOException {
        byte[] bytes = body.readNBytes(MAX_BODY_BYTES);
        if (bytes.length == MAX_BODY_BYTES) {
            throw new IOException("the answer has over " + MAX_BODY_BYTES + " bytes");
        }
        return new String(bytes, UTF_8);
    }

    /** The whole body; nothing if it is empty. */
    public Value value() throws IOException {
        String text = text();
        return text.isBlank() ? Value.nothing() : Value.parse(text);
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
