package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A client that reads server-sent events one by one, as they come. */
final class EventReader implements AutoCloseable {
    /** One event; an id is empty where there is none. */
    record Event(String type, String id, String data) {}

    private static final Pattern CONTENT = Pattern.compile("\"content\":\"([^\"]*)\"");

    private final int status;
    private final HttpHeaders headers;
    private final InputStream body;
    private final BufferedReader lines;

    EventReader(HttpResponse<InputStream> response) {
        this(response.statusCode(), response.headers(), response.body());
    }

    /**
     * Of a connection of which {@code head} was read; its chunks' sizes are passed over as lines.
     */
    EventReader(String head, InputStream body) {
        this(
                Integer.parseInt(head.substring(9, 12)),
                HttpHeaders.of(Map.of(), (_, _) -> true),
                body);
    }

    private EventReader(int status, HttpHeaders headers, InputStream body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        lines = new BufferedReader(new InputStreamReader(body, UTF_8));
    }

    int status() {
        return status;
    }

    String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    /** The next event, which must come. */
    Event next() throws IOException {
        Event event = nextIfAny();
        if (event == null) {
            throw new AssertionError("the stream has ended");
        }
        return event;
    }

    /** Null at the end of the stream. Comments are passed over. */
    @Nullable Event nextIfAny() throws IOException {
        String type = "";
        String id = "";
        StringJoiner data = new StringJoiner("\n");
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty() && !type.isEmpty()) {
                return new Event(type, id, data.toString());
            } else if (line.startsWith("event: ")) {
                type = line.substring(7);
            } else if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("data: ")) {
                data.add(line.substring(6));
            } else if (line.equals("0")) {
                return null; // the last chunk of an answer whose connection stays open
            }
        }
        return null;
    }

    /** All events to the end of the stream. */
    List<Event> rest() throws IOException {
        List<Event> events = new ArrayList<>();
        for (Event event = nextIfAny(); event != null; event = nextIfAny()) {
            events.add(event);
        }
        return events;
    }

    /** The text that the chunks among {@code events} give together. */
    static String content(List<Event> events) {
        return events.stream()
                .filter(event -> event.type().equals("chunk"))
                .map(event -> content(event.data()))
                .collect(Collectors.joining());
    }

    /** The text of one chunk's payload, which has no escapes. */
    static String content(String payload) {
        Matcher content = CONTENT.matcher(payload);
        return content.find() ? content.group(1) : "";
    }

    /** The next line as it came, comments too. */
    @Nullable String line() throws IOException {
        return lines.readLine();
    }

    /** Leaves, whatever may still come. */
    @Override
    public void close() throws IOException {
        body.close();
    }
}
