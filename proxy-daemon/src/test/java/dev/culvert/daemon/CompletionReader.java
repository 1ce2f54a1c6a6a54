package dev.culvert.daemon;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the data of events without types, as clients of OpenAI's API do. */
final class CompletionReader implements AutoCloseable {
    private static final String DATA = "data: ";

    private final EventReader events;
    private boolean broken;

    CompletionReader(EventReader events) {
        this.events = events;
    }

    int status() {
        return events.status();
    }

    String header(String name) {
        return events.header(name);
    }

    /** The data of the next event, which must come. */
    String next() throws IOException {
        for (String line = events.line(); line != null; line = events.line()) {
            if (line.startsWith(DATA)) {
                return line.substring(DATA.length());
            }
        }
        throw new AssertionError("the stream has ended");
    }

    /** The next line as it came. */
    String line() throws IOException {
        return String.valueOf(events.line());
    }

    /** The data of all events to the end, be it a good one or not. */
    List<String> rest() {
        List<String> data = new ArrayList<>();
        try {
            for (String line = events.line(); line != null; line = events.line()) {
                if (line.startsWith(DATA)) {
                    data.add(line.substring(DATA.length()));
                }
            }
        } catch (IOException _) {
            broken = true;
        }
        return data;
    }

    /** Whether the connection was broken off before the stream had ended. */
    boolean isBroken() {
        return broken;
    }

    @Override
    public void close() throws IOException {
        events.close();
    }
}
