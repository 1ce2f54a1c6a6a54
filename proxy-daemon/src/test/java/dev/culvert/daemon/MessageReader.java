package dev.culvert.daemon;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads events by their types, as clients of Anthropic's API do. */
final class MessageReader implements AutoCloseable {
    private final EventReader events;
    private boolean broken;

    MessageReader(EventReader events) {
        this.events = events;
    }

    int status() {
        return events.status();
    }

    String header(String name) {
        return events.header(name);
    }

    /** The next event, which must come: its type, a blank and its data. */
    String next() throws IOException {
        return text(events.next());
    }

    private static String text(EventReader.Event event) {
        return event.type() + " " + event.data();
    }

    /** All events to the end, be it a good one or not. */
    List<String> rest() {
        List<String> all = new ArrayList<>();
        try {
            for (EventReader.Event event = events.nextIfAny();
                    event != null;
                    event = events.nextIfAny()) {
                all.add(text(event));
            }
        } catch (IOException _) {
            broken = true;
        }
        return all;
    }

    /** Whether the connection was broken off before the stream had ended. */
    boolean isBroken() {
        return broken;
    }

    /** Leaves, whatever may still come. */
    @Override
    public void close() throws IOException {
        events.close();
    }
}
