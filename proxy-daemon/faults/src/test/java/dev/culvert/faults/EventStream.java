package dev.culvert.faults;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Reads server-sent events as EventSource does: an event without its empty line is dropped. */
final class EventStream {
    /**
     * One event.
     *
     * @param type empty if the event has only an id
     * @param id empty if it has none
     */
    record Event(String type, String id, String data) {}

    private final BufferedReader lines;

    /** Throws on bytes that are not UTF-8 instead of replacing them. */
    EventStream(InputStream in) {
        lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
    }

    /**
     * Null at the end of the body. A line that is cut off throws the {@link EOFException} of the
     * body.
     */
    @Nullable Event next() throws IOException {
        String type = "";
        String id = "";
        StringJoiner data = new StringJoiner("\n");
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty()) {
                if (!type.isEmpty() || !id.isEmpty()) {
                    return new Event(type, id, data.toString());
                }
            } else if (line.startsWith("event: ")) {
                type = line.substring(7);
            } else if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("data: ")) {
                data.add(line.substring(6));
            } else if (!line.startsWith(":") && !line.matches("retry: \\d+")) {
                throw new AssertionError("not a line of an event: " + line);
            }
        }
        return null;
    }
}
