package dev.culvert.daemon.client.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Reads server-sent events one by one, as they come. */
public final class EventReader implements Closeable {
    private static final int MAX_LINE_BYTES = 8 * 1024 * 1024;
    private static final int MAX_EVENT_CHARS = MAX_LINE_BYTES;
    private static final int BUFFER_BYTES = 16 * 1024;

    /**
     * One event.
     *
     * @param id of the last event that had one; empty if none had
     */
    public record Event(String id, String type, String data) {}

    private final Closeable response;
    private final InputStream body;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int to;
    private String lastId = "";

    /** Closes {@code response} with itself. */
    public EventReader(Response response) {
        this.response = response;
        body = response.body();
    }

    /** The id of the last event or of the block before the first; empty if there was none. */
    public String lastId() {
        return lastId;
    }

    /**
     * The next event, or null at the end of the stream.
     *
     * @throws IOException also when the stream breaks off inside the body
     */
    public @Nullable Event next() throws IOException {
        String type = "";
        StringBuilder data = new StringBuilder();
        boolean hasData = false;
        String id = lastId;
        for (String line = line(); line != null; line = line()) {
            if (line.isEmpty()) {
                lastId = id; // not before: the event may break off after its id
                if (hasData) {
                    return new Event(lastId, type.isEmpty() ? "message" : type, data.toString());
                }
                type = "";
                continue;
            }
            int colon = line.indexOf(':');
            String name = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1).replaceFirst("^ ", "");
            switch (name) {
                case "event" -> type = value;
                case "id" -> id = value.indexOf('\0') < 0 ? value : id;
                case "data" -> {
                    if (value.length() > MAX_EVENT_CHARS - data.length()) {
                        throw new IOException(
                                "an event has over " + MAX_EVENT_CHARS + " characters");
                    }
                    data.append(hasData ? "\n" : "").append(value);
                    hasData = true;
                }
                default -> {
                    // a comment, or a field that this reader does not need
                }
            }
        }
        return null;
    }

    private @Nullable String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            if (from == to) {
                int count = body.read(buffer);
                if (count < 0) {
                    return null; // an event that has no empty line after it is not complete
                }
                from = 0;
                to = count;
            }
            int end = from;
            while (end < to && buffer[end] != '\n') {
                end++;
            }
            line.write(buffer, from, end - from);
            if (line.size() > MAX_LINE_BYTES) {
                throw new IOException("an event has a line of over " + MAX_LINE_BYTES + " bytes");
            }
            if (end < to) {
                from = end + 1;
                String text = line.toString(UTF_8);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            from = to;
        }
    }

    @Override
    public void close() throws IOException {
        response.close();
    }
}
