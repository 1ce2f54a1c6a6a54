package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.faults.EventStream.Event;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that read {@code /events} as fast as they can. */
final class EventReaders implements AutoCloseable {
    private static final int RECEIVE_BYTES = 64 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String watched;
    private final List<Reader> readers = new ArrayList<>();

    /** One client. */
    private final class Reader {
        private final HttpCall call;
        private final AtomicLong events = new AtomicLong();
        private volatile String state = "";
        private volatile String end = "";

        Reader(Endpoint daemon) throws IOException {
            call = new HttpCall(daemon, PATIENCE, RECEIVE_BYTES);
            call.ask("GET", "/api/v1/events", Map.of(), "");
            Thread.ofVirtual().name("events").start(this::read);
        }

        private void read() {
            try {
                EventStream stream = new EventStream(call.content());
                for (Event event = stream.next(); event != null; event = stream.next()) {
                    note(event);
                }
                end = "the daemon ended it";
            } catch (IOException | AssertionError e) {
                end = e.toString();
            }
        }

        private void note(Event event) {
            if (event.type().equals("agent")) {
                Map<String, String> agent = Json.members(event.data());
                if (watched.equals(agent.get("id"))) {
                    events.incrementAndGet();
                    state = agent.getOrDefault("state", "");
                }
            }
        }
    }

    /**
     * @param watched the agent whose events they count
     */
    EventReaders(Endpoint daemon, int count, String watched) throws IOException {
        this.watched = watched;
        try {
            for (int i = 0; i < count; i++) {
                readers.add(new Reader(daemon));
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** The count of the client with most events. */
    long mostEvents() {
        return readers.stream().mapToLong(reader -> reader.events.get()).max().orElse(0);
    }

    /** Why clients ended; none should. */
    List<String> ended() {
        return readers.stream().map(reader -> reader.end).filter(end -> !end.isEmpty()).toList();
    }

    /** Waits until every client was told this state. */
    boolean allSee(String state) {
        try {
            Eventually.await(
                    Pinger.PATIENCE,
                    () -> assertThat(readers).allMatch(reader -> reader.state.equals(state)));
            return true;
        } catch (AssertionError _) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        for (Reader reader : readers) {
            reader.call.close();
        }
    }
}
