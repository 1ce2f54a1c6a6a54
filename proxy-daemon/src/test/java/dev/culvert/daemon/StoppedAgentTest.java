package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** An agent whose process is stopped by a signal: its kernel goes on accepting connections. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class StoppedAgentTest {
    private static final String QUICK =
            "\"home\": {\"heartbeat_interval\": \"200ms\"}, \"timeouts\": {\"ping\": \"1s\"},"
                    + "\"link\": {\"dial_timeout\": \"2s\"},";

    @Test
    void isUnreachableUntilItGoesOnAndAMessageFailsSoon() throws Exception {
        try (DaemonProcess agent = agent()) {
            String address = agent.after("listening on ");
            String settings =
                    "{%s \"agents\": [{\"id\": \"a\", \"address\": \"%s\"}]}"
                            .formatted(QUICK, address);
            try (TestDaemon daemon = TestDaemon.start(settings)) {
                daemon.awaitState("a", "ready");

                agent.signal("STOP");
                daemon.awaitState("a", "unreachable");
                double dials = daemon.metric("culvert_dial_duration_seconds_count{outcome=\"ok\"}");
                HttpResponse<String> answer = daemon.post("/agents/a/message", TestDaemon.MESSAGE);
                Eventually.await(() -> {
                    assertThat(state(daemon)).contains("\"state\":\"unreachable\"");
                    assertThat(dials(daemon)).isGreaterThan(dials + 2);
                });

                assertThat(answer.statusCode()).isEqualTo(502);
                assertThat(state(daemon)).contains("did not answer a ping within 1.0 s");
                agent.signal("CONT");
                daemon.awaitState("a", "ready");
                assertThat(daemon.post("/agents/a/message", TestDaemon.MESSAGE).body())
                        .contains("\"content\":\"hi\"");
            }
        }
    }

    private static DaemonProcess agent() throws Exception {
        return DaemonProcess.start(
                Map.of(),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.culvert.guest.cli.CulvertAgent",
                        "--listen",
                        "tcp://127.0.0.1:0",
                        "--runtime",
                        "echo"));
    }

    private static String state(TestDaemon daemon) {
        try {
            return daemon.get("/agents/a").body();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static double dials(TestDaemon daemon) {
        try {
            return daemon.metric("culvert_dial_duration_seconds_count{outcome=\"ok\"}");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
