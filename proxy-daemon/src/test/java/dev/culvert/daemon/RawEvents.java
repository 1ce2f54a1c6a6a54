package dev.culvert.daemon;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads events by their types over a socket. A stock client may lose the last events when the
 * connection is broken off directly after them.
 */
final class RawEvents implements AutoCloseable {
    private final RawConnection connection;
    private boolean broken;

    /**
     * @param headers names and values by turns
     */
    RawEvents(TestDaemon daemon, String path, String body, String... headers) throws IOException {
        connection = new RawConnection(daemon);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < headers.length; i += 2) {
            lines.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        connection.send(
                "POST %s HTTP/1.1\r\nhost: localhost\r\n%scontent-length: %d\r\n\r\n%s"
                        .formatted(path, lines, body.length(), body));
    }

    /** Of a GET. */
    RawEvents(TestDaemon daemon, String path) throws IOException {
        connection = new RawConnection(daemon);
        connection.send("GET", path);
    }

    /** The next event, which must come: its type, a blank and its data. */
    String next() throws IOException {
        String event = nextIfAny();
        if (event == null) {
            throw new AssertionError("the stream has ended");
        }
        return event;
    }

    private @Nullable String nextIfAny() throws IOException {
        String type = "";
        for (String line = line(); !line.equals("0"); line = line()) {
            if (line.startsWith("event: ")) {
                type = line.substring(7);
            } else if (line.startsWith("data: ")) {
                return type + " " + line.substring(6);
            }
            if (broken) {
                return null;
            }
        }
        return null;
    }

    private String line() throws IOException {
        String line = connection.until("\n");
        broken = line.isEmpty();
        return line.strip();
    }

    /** All events to the end, be it a good one or not. */
    List<String> rest() throws IOException {
        List<String> all = new ArrayList<>();
        for (String event = nextIfAny(); event != null; event = nextIfAny()) {
            all.add(event);
        }
        return all;
    }

    /** Whether the connection was broken off before the stream had ended. */
    boolean isBroken() {
        return broken;
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
