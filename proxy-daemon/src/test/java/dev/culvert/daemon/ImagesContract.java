package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What daemon and guest do together as they are shipped, whatever is between them. */
interface ImagesContract {
    /** Knows an agent, {@code vm}, that is ready and gives the words back. */
    ShippedDaemon daemon();

    @Test
    default void answerAMessage() throws Exception {
        assertThat(daemon().answer("one two three"))
                .startsWith("{\"content\":\"one two three\",\"finish_reason\":");
    }

    @Test
    default void streamAnAnswer() throws Exception {
        try (EventReader stream = daemon().stream("one two three")) {
            List<Event> events = stream.rest();

            assertThat(events).extracting(Event::type).startsWith("chunk").endsWith("done");
            assertThat(EventReader.content(events)).isEqualTo("one two three");
        }
    }

    @Test
    default void applyAContext() throws Exception {
        HttpResponse<String> answer =
                daemon().post("/api/v1/agents/vm/context", "{\"context\":\"what it is about\"}");

        assertThat(answer.body()).isEqualTo("{\"status\":\"applied\"}");
    }

    @Test
    default void applyAConfiguration() throws Exception {
        HttpResponse<String> answer =
                daemon().put(
                                "/api/v1/agents/vm/config",
                                "{\"config\":{\"model\":\"m\"},\"tool_allowlist\":[\"ls\"]}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"status\":\"applied\"");
    }

    @Test
    default void measureTheRoundTrip() throws Exception {
        HttpResponse<String> answer = daemon().post("/api/v1/agents/vm/ping", "");

        assertThat(answer.body()).matches("\\{\"round_trip_us\":[1-9][0-9]*,\"dial_us\":[0-9]+.*}");
    }

    @Test
    default void goOnWithATurnForAClientThatComesBack() throws Exception {
        String words = words(100);
        List<Event> events = new ArrayList<>();
        try (EventReader stream = daemon().stream(words)) {
            events.add(stream.next());
        }

        try (EventReader stream = daemon().comeBack(events.getFirst().id())) {
            events.addAll(stream.rest());
        }

        assertThat(events.getLast().type()).isEqualTo("done");
        assertThat(EventReader.content(events)).isEqualTo(words);
    }

    @Test
    default void stopATurn() throws Exception {
        try (EventReader stream = daemon().stream(words(5_000))) {
            Event first = stream.next();

            assertThat(daemon().stopTurn(first.id()).statusCode()).isEqualTo(204);

            Event last = stream.rest().getLast();
            assertThat(last.type()).isEqualTo("error");
            assertThat(last.data()).contains("\"code\":\"cancelled\"");
        }
    }

    /** Each makes a frame of about 190 bytes. */
    static String words(int count) {
        return IntStream.range(0, count)
                .mapToObj("%0120d"::formatted)
                .collect(Collectors.joining(" "));
    }
}
