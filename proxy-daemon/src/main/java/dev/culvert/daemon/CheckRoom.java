package dev.culvert.daemon;

import dev.culvert.checks.Verdict;
import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.api.checks.AgentChecks;
import dev.culvert.daemon.api.checks.AgentMachineRoute;
import dev.culvert.daemon.api.checks.CheckRoute;
import dev.culvert.daemon.api.checks.Checks;
import dev.culvert.daemon.config.CheckSettings;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.io.Workers;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** Checks from the daemon's machine, with their routes, their threads and their meters. */
final class CheckRoom implements AutoCloseable {
    private final Supplier<DaemonSettings> settings;
    private final Workers workers;
    private final Checks checks;

    CheckRoom(Supplier<DaemonSettings> settings, Metrics metrics) {
        this.settings = settings;
        CheckSettings first = settings.get().checks();
        workers = new Workers("culvert-checks", first.threads(), first.queue());
        metrics.workers("checks", workers, first.threads());
        Map<Verdict, Runnable> counters = new EnumMap<>(Verdict.class);
        for (Verdict verdict : Verdict.values()) {
            counters.put(
                    verdict,
                    metrics.counter(
                            "culvert.checks",
                            "Checks of servers that clients asked for, by verdict.",
                            "verdict",
                            verdict.label()));
        }
        checks =
                new Checks(
                        () -> settings.get().checks(),
                        workers,
                        verdict -> Objects.requireNonNull(counters.get(verdict)).run());
    }

    /** From now on, checks go through these where it is asked for. */
    void through(Checks.Tunnels tunnels) {
        checks.through(tunnels);
    }

    /** Runs checks. */
    Checks checks() {
        return checks;
    }

    List<Route> routes(AgentAccess access, Admission admission) {
        return List.of(
                new CheckRoute(checks, access, new AgentChecks(), admission),
                new AgentMachineRoute(access, admission, settings));
    }

    @Override
    public void close() {
        workers.close();
    }
}
