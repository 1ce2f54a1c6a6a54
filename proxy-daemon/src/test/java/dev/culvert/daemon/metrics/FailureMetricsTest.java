package dev.culvert.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.link.Failure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final FailureMetrics metrics = new FailureMetrics(registry);

    @Test
    void everyCodeOfTheDaemonsOwnIsALabel() {
        List<Failure> failures =
                List.of(
                        new Failure.Unreachable(""),
                        new Failure.LinkLost(""),
                        new Failure.TimedOut(Duration.ZERO, false),
                        new Failure.Overloaded(""),
                        new Failure.OverMemory(""),
                        new Failure.TooLarge(2, 1),
                        new Failure.ToolBlocked("", ""),
                        new Failure.BadAnswer(""));
        assertThat(failures).hasSize(Failure.class.getPermittedSubclasses().length - 1);

        failures.forEach(failure -> metrics.count(failure.code(), 0));

        assertThat(failures)
                .allSatisfy(failure -> assertThat(counted(failure.code())).isEqualTo(1));
    }

    @Test
    void anAgentCannotMakeALabel() {
        metrics.count("an agent's own", 418);

        assertThat(
                        registry.get("culvert.http.failures")
                                .tag("error", "other")
                                .tag("runtime_status", "other")
                                .counter()
                                .count())
                .isEqualTo(1);
    }

    @Test
    void aMistakeOfAClientIsNamedByItsStatusAndARefusalByItsReason() {
        metrics.count("http_404", 0);
        metrics.count("token_revoked", 0);
        metrics.count("http_299", 0);

        assertThat(metrics.recent()).containsOnlyKeys("http_404", "token_revoked", "other");
    }

    private double counted(String code) {
        return registry.get("culvert.http.failures").tag("error", code).counter().count();
    }
}
