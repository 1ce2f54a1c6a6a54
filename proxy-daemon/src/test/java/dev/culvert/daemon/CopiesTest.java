package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A copy of a guest joins while the guest answers. */
@Timeout(60)
@LoopCounts
class CopiesTest {
    private static final String WORDS =
            IntStream.range(0, 60).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));

    @Parameter int eventLoops;
    @TempDir Path folder;

    private TestDaemon daemon(String clones) throws Exception {
        return TestDaemon.start(
                "{\"event_loops\": %d, \"fleet\": {\"clones\": \"%s\"}}"
                        .formatted(eventLoops, clones));
    }

    private JoinedGuest guest(TestDaemon daemon) throws Exception {
        return JoinedGuest.start(daemon, "web", folder, "\"echo_delay\": \"50ms\",");
    }

    private JoinedGuest copy(TestDaemon daemon, JoinedGuest guest, String outcome)
            throws Exception {
        JoinedGuest copy = guest.copiedTo(folder.resolve("copy"));
        String noticed = "culvert_enrol_copies_total{outcome=\"" + outcome + "\"} 1.0";
        daemon.awaitBody("/metrics", noticed);
        return copy;
    }

    private static EventReader stream(TestDaemon daemon) throws Exception {
        return daemon.stream(
                "POST",
                "/api/v1/agents/web/stream",
                "{\"role\":\"user\",\"content\":\"" + WORDS + "\"}");
    }

    /** It was copied before the turn began, so it does not know it. */
    @Test
    void whereItTakesItsPlaceTheStreamEndsWithAnError() throws Exception {
        try (TestDaemon daemon = daemon("supersede");
                JoinedGuest guest = guest(daemon);
                EventReader stream = stream(daemon)) {
            assertThat(stream.next().type()).isEqualTo("chunk");
            try (JoinedGuest _ = copy(daemon, guest, "superseded")) {
                Event last = stream.rest().getLast();

                assertThat(last.type()).isEqualTo("error");
                assertThat(last.data()).contains("\"code\":\"link_lost\"", "its turns are lost");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"reject, rejected", "fork-as-child, forked"})
    void elseItDisturbsNoStream(String clones, String outcome) throws Exception {
        try (TestDaemon daemon = daemon(clones);
                JoinedGuest guest = guest(daemon);
                EventReader stream = stream(daemon)) {
            List<Event> events = new ArrayList<>(List.of(stream.next()));
            try (JoinedGuest _ = copy(daemon, guest, outcome)) {
                events.addAll(stream.rest());

                assertThat(events.getLast().type()).isEqualTo("done");
                assertThat(EventReader.content(events)).isEqualTo(WORDS);
            }
        }
    }
}
