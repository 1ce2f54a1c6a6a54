package dev.culvert.faults;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Reads server-sent events as EventSource does: what is not ended by an empty line is dropped. */
final class EventStream {
    /**
     * One block.
     *
     * @param type empty for one that holds an id and nothing more
     * @param id empty where there is none
     */
    record Event(String type, String id, String data) {}

    private final BufferedReader lines;

    /** Of bytes that are no UTF-8 it throws, rather than to mend them. */
    EventStream(InputStream in) {
        lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
    }

    /** Null at the proper end. A line that is cut is an {@link EOFException} of the body. */
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
                throw new AssertionError("no line of an event: " + line);
            }
        }
        return null;
    }
}
