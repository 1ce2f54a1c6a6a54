package dev.culvert.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GoalsTest {
    private final Results results = new Results();

    private static Sample withCpu(String scenario, String contender, double cpuSeconds) {
        return Sample.of(
                scenario,
                contender,
                1,
                new Figures(1_000, 0, 0, 1, 1, 1, 1, 1),
                0,
                new Child.Cpu(cpuSeconds, 0),
                0,
                0,
                0,
                0);
    }

    private List<String> rows() {
        return new Goals(results).table().lines().skip(2).filter(row -> !row.isEmpty()).toList();
    }

    @Test
    void listsOnlyGoalsWhoseScenariosRan() {
        assertThat(rows()).isEmpty();
    }

    @Test
    void boundsTheCostOfEachFront() {
        results.add(withCpu("front-message", "culvertd", 1));
        results.add(withCpu("front-message", "culvertd, chat completions", 1.3));
        results.add(withCpu("front-message", "culvertd, responses", 1.7));
        results.add(withCpu("front-message", "culvertd, messages", 1.3));
        assertThat(rows())
                .containsExactly(
                        "| chat completions: CPU of a message, relative to the daemon's own path |"
                                + " ≤ 1.250 | 1.30 | **no** |",
                        "| responses: CPU of a message, relative to the daemon's own path | ≤ 1.600"
                                + " | 1.70 | **no** |",
                        "| messages: CPU of a message, relative to the daemon's own path | ≤ 1.600"
                                + " | 1.30 | yes |");
    }

    @Test
    void boundsWhatAForwardedConnectionCosts() {
        results.tunnel().add(TunnelResults.OWN, new TunnelResults.Turn(0.7e9, 1.2));
        assertThat(rows()).as("without socat").isEmpty();

        results.tunnel().add(TunnelResults.SOCAT, new TunnelResults.Turn(1e9, 1));

        assertThat(rows())
                .containsExactly(
                        "| bytes a second of a forwarded connection, relative to two socat | ≥"
                                + " 0.8000 | 0.700 | **no** |",
                        "| the same: CPU a GB, relative to two socat | ≤ 1.300 | 1.20 | yes |");
        assertThat(results.tunnel().table("T"))
                .isEqualTo(
                        """
                        ### T

                        | | MB/s | CPU s/GB |
                        |---|--:|--:|
                        | culvertd and culvert-agent | 700 | 1.20 |
                        | two socat, with buffers of 64 KiB | 1000 | 1.00 |
                        """);
    }

    @Test
    void boundsWhatTheRoadAdds() {
        results.road().add(new RoadSample("culvertd", 1, 0, 1_600, 0, 0, 71_000, 0, 3_000));
        results.road().add(new RoadSample("no proxy", 1, 0, 100, 0, 0, 51_000, 0, 100));
        assertThat(rows())
                .containsExactly(
                        "| own paths: added to the first chunk, p50, ms | ≤ 5.000 | 1.50 | yes |",
                        "| own paths: added to the gap between chunks, p99, ms | ≤ 10.00 | 20.0 |"
                                + " **no** |",
                        "| own paths: from the client's leaving to the runtime's close, p99, ms | ≤"
                                + " 50.00 | 3.00 | yes |");
    }
}
