package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How a client that watches the fleet comes back, and what it is told of an agent beside its state.
 */
class FleetEventsTest {
    private static final String EVENTS = "/api/v1/events";

    @TempDir Path directory;

    private static EventReader watch(TestDaemon daemon, String last) throws Exception {
        return last.isEmpty()
                ? daemon.stream("GET", EVENTS, "")
                : daemon.stream("GET", EVENTS, "", "last-event-id", last);
    }

    private static Event await(EventReader events, Predicate<Event> wanted) throws IOException {
        Event event = events.next();
        while (!wanted.test(event)) {
            event = events.next();
        }
        return event;
    }

    private static Event agent(EventReader events, String id, String... texts) throws IOException {
        return await(
                events,
                event -> {
                    boolean all = event.data().startsWith("{\"id\":\"" + id + "\"");
                    for (String text : texts) {
                        all &= event.data().contains(text);
                    }
                    return all;
                });
    }

    /** Agents that are not there, and are not looked for again. */
    private static TestDaemon daemon() throws Exception {
        TestDaemon daemon =
                TestDaemon.start(
                        "{\"home\": {\"backoff_min\": \"1h\", \"backoff_max\": \"1h\", \"change_interval\": \"0s\"}}");
        for (int i = 1; i <= 3; i++) {
            daemon.put("/agents/n" + i, "{\"address\":\"tcp://127.0.0.1:%d\"}".formatted(i));
            // told, and not only to be seen
            daemon.awaitMetric("culvert_agent_changes_total{state=\"unreachable\"}", i);
        }
        return daemon;
    }

    @Test
    void aClientThatComesBackGetsWhatChangedMeanwhileAndNothingElse() throws Exception {
        try (TestDaemon daemon = daemon()) {
            String last;
            try (EventReader events = watch(daemon, "")) {
                Event snapshot = events.next();
                assertThat(snapshot.type()).isEqualTo("snapshot");
                daemon.put("/api/v1/agents/n1/config", "{\"config\":{},\"tool_allowlist\":[]}");
                Event change = events.next();
                assertThat(change.type()).isEqualTo("agent");
                assertThat(change.data()).startsWith("{\"id\":\"n1\"");
                assertThat(change.id()).isNotEmpty().isNotEqualTo(snapshot.id());
                last = change.id();
            }
            daemon.send("DELETE", "/api/v1/agents/n3", "");
            daemon.put("/api/v1/agents/n2/config", "{\"config\":{},\"tool_allowlist\":[]}");

            try (EventReader events = watch(daemon, last)) {
                Event removed = events.next();
                assertThat(removed.type()).isEqualTo("removed");
                assertThat(removed.data()).isEqualTo("{\"id\":\"n3\"}");
                assertThat(events.next().data()).startsWith("{\"id\":\"n2\"");
                daemon.send("DELETE", "/api/v1/agents/n1", "");
                assertThat(events.next().data()).isEqualTo("{\"id\":\"n1\"}");
            }
        }
    }

    @Test
    void aClientThatWasCutOffAfterItsSnapshotComesBackWithThat() throws Exception {
        try (TestDaemon daemon = daemon()) {
            String last;
            try (EventReader events = watch(daemon, "")) {
                last = events.next().id();
            }
            try (EventReader events = watch(daemon, last)) {
                daemon.send("DELETE", "/api/v1/agents/n2", "");
                assertThat(events.next().data()).isEqualTo("{\"id\":\"n2\"}");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0123456789abcdef:1", "nonsense", ":", "0123456789abcdef:"})
    void aClientWhoseLastEventIsNotKnownIsToldThatItMissedSome(String last) throws Exception {
        try (TestDaemon daemon = daemon();
                EventReader events = watch(daemon, last)) {
            Event missed = events.next();
            assertThat(missed.type()).isEqualTo("missed");
            assertThat(missed.id()).isEmpty();
            assertThat(missed.data()).contains("A snapshot follows.");
            Event snapshot = events.next();
            assertThat(snapshot.type()).isEqualTo("snapshot");
            assertThat(snapshot.data()).contains("\"n1\"", "\"n2\"", "\"n3\"");
        }
    }

    @Test
    void anAgentIsOnlineOrOfflineWithWhenAndWhy() throws Exception {
        Path socket = directory.resolve("agent.sock");
        try (ScriptedGuest guest = ScriptedGuest.on(socket);
                TestDaemon daemon = TestDaemon.with(guest);
                EventReader events = watch(daemon, "")) {
            assertThat(events.next().data())
                    .contains("\"presence\":\"online\",\"state\":\"ready\"")
                    .contains("\"conditions\":[]");
            daemon.send("POST", "/api/v1/agents/a/drain", "");
            agent(events, "a", "\"presence\":\"online\",\"state\":\"draining\"");
            daemon.send("DELETE", "/api/v1/agents/a/drain", "");

            guest.down();

            Event offline = agent(events, "a", "\"presence\":\"offline\"");
            assertThat(offline.data())
                    .contains("\"state\":\"unreachable\",\"since\":\"", "\"last_error\":\"")
                    .contains("\"conditions\":[]");
        }
    }

    @Test
    void anAgentThatCannotReachItsRuntimeIsDegradedUntilItCanAgain() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.with("\"home\": {\"change_interval\": \"0s\"},", guest);
                EventReader events = watch(daemon, "")) {
            assertThat(events.next().type()).isEqualTo("snapshot");

            guest.tellAll(
                    "heartbeat",
                    "{\"status\":\"running\",\"uptime_secs\":2,\"runtime_error\":\"nobody\\nlistens\"}");

            Event degraded = agent(events, "a", "\"conditions\":[\"degraded\"]");
            assertThat(degraded.data())
                    .contains("\"presence\":\"online\"")
                    .contains("\"runtime_error\":\"nobody\\\\nlistens\"");
            daemon.awaitMetric("culvert_agents_with_condition{condition=\"degraded\"}", 1);

            guest.tellAll("heartbeat", "{\"status\":\"running\",\"uptime_secs\":3}");

            assertThat(agent(events, "a", "\"conditions\":[]").data())
                    .doesNotContain("runtime_error");
            daemon.awaitMetric("culvert_agents_with_condition{condition=\"degraded\"}", 0);
        }
    }

    @Test
    void thatAnAgentConfirmsOrRefusesAConfigurationIsTold() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.with("\"home\": {\"change_interval\": \"0s\"},", guest);
                EventReader events = watch(daemon, "")) {
            assertThat(events.next().data()).contains("\"applied_revision\":0");
            daemon.put("/api/v1/agents/a/config", "{\"config\":{},\"tool_allowlist\":[]}");
            agent(events, "a", "\"desired_revision\":1,\"applied_revision\":1");

            guest.on(
                    "config_update",
                    request ->
                            request.reply(
                                    "error",
                                    "{\"code\":\"invalid_payload\",\"message\":\"no such model\"}"));
            daemon.put("/api/v1/agents/a/config", "{\"config\":{\"x\":1},\"tool_allowlist\":[]}");

            assertThat(agent(events, "a", "no such model").data())
                    .contains("\"last_error\":\"it did not confirm configuration 2: ");
        }
    }

    @Test
    void anAgentThatWorksOnATurnIsBusy() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("credit", "cancel", "resume");
                TestDaemon daemon =
                        TestDaemon.with("\"home\": {\"change_interval\": \"0s\"},", guest);
                EventReader events = watch(daemon, "")) {
            assertThat(events.next().data()).contains("\"conditions\":[]");
            try (EventReader turn = daemon.stream()) {
                ScriptedGuest.Request message = guest.take();
                assertThat(daemon.get("/agents/a").body()).contains("\"conditions\":[\"busy\"]");
                daemon.awaitMetric("culvert_agents_with_condition{condition=\"busy\"}", 1);
                agent(events, "a", "\"conditions\":[\"busy\"]"); // nothing was heard meanwhile
                message.done(1, "end");
                assertThat(turn.rest()).isNotEmpty();
            }
            agent(events, "a", "\"conditions\":[]");
        }
    }
}
