package dev.culvert.daemon.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.FlowSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunSharesTest {
    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
    private static final Instant LONG_AGO = NOW.minus(Duration.ofDays(1));

    private final RunShares shares = new RunShares();

    private static RunRecord run(String id, String tenant, RunState state, String parent) {
        return run(id, new Caller("t", Caller.Kind.TOKEN, tenant, Set.of(), null), state, parent);
    }

    private static RunRecord run(String id, Caller caller, RunState state, String parent) {
        return new RunRecord(
                id,
                "f",
                "",
                "",
                String.valueOf(caller.tenant()),
                caller,
                Map.of(),
                RunRecord.Wanted.ALL,
                parent,
                state,
                LONG_AGO,
                null,
                null,
                "");
    }

    private static RunRecord done(String id, String tenant) {
        return run(id, tenant, RunState.DONE, "");
    }

    private static RunRecord ofTrigger(String id, String name) {
        return run(
                id,
                new Caller(name, Caller.Kind.TRIGGER, "acme", Set.of(), null),
                RunState.DONE,
                "");
    }

    @Test
    void whoeverHasMostLosesTheOldest() {
        List<RunRecord> known =
                List.of(
                        done("a1", "a"),
                        done("b1", "b"),
                        done("b2", "b"),
                        done("b3", "b"),
                        run("b4", "b", RunState.RUNNING, ""));

        assertThat(shares.toForget(known, 2, NOW)).containsExactly("b1", "b2");
        assertThat(shares.toForget(known, 4, NOW)).isEmpty();
    }

    @Test
    void aRunWithAKeyIsKeptForAsLongAsItMayComeAgain() {
        List<RunRecord> known = List.of(done("a1", "a"), done("a2", "a"));
        shares.hold("a1");

        assertThat(shares.toForget(known, 1, LONG_AGO.plusSeconds(599))).isEmpty();
        assertThat(shares.toForget(known, 1, LONG_AGO.plusSeconds(601))).containsExactly("a1");
    }

    @Test
    void whatARunHasStartedIsKeptWithIt() {
        List<RunRecord> known =
                List.of(
                        run("p", "a", RunState.UNKNOWN, ""),
                        run("c", "a", RunState.DONE, "p.step"),
                        done("a1", "a"),
                        done("a2", "a"));

        assertThat(shares.toForget(known, 1, NOW)).containsExactly("a1");
    }

    @Test
    void theLastRunOfATriggerIsKept() {
        List<RunRecord> known =
                List.of(ofTrigger("t1", "nightly"), ofTrigger("t2", "nightly"), done("a1", "acme"));

        assertThat(shares.toForget(known, 1, NOW)).containsExactly("t1");
    }

    @Test
    void noMoreStartWithAKeyThanCanBeRemembered() {
        FlowSettings settings = FlowSettings.DEFAULTS;
        List<RunRecord> known = new ArrayList<>();
        for (int i = 0; i < 2 * settings.keep(); i++) {
            known.add(done("r" + i, "acme"));
        }

        assertThatThrownBy(() -> shares.check(start("acme", "k"), known, settings))
                .hasMessageContaining("(flows.keep)");
        assertThatCode(() -> shares.check(start("eu", "k"), known, settings))
                .doesNotThrowAnyException();
        assertThatCode(() -> shares.check(start("acme", ""), known, settings))
                .doesNotThrowAnyException();
    }

    private static Flows.Start start(String tenant, String key) {
        return new Flows.Start(
                new Flow("f", "", "", "", Map.of(), Map.of(), Map.of()),
                new Caller("t", Caller.Kind.TOKEN, tenant, Set.of(), null),
                tenant,
                Map.of(),
                RunRecord.Wanted.ALL,
                Optional.of(key).filter(it -> !it.isEmpty()).orElse(null),
                "");
    }
}
