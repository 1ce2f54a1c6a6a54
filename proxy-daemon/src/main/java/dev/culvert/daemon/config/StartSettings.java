package dev.culvert.daemon.config;

import dev.culvert.transport.AgentAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The settings that only a restart changes. */
public record StartSettings(
        List<AgentAddress> listen,
        List<AgentAddress> adminListen,
        WorkerSettings workers,
        int checkThreads,
        int checkQueue,
        GuestSettings guests,
        int eventLoops,
        Optional<Path> stateDir,
        DatabaseSettings database,
        ClusterSettings cluster,
        LogLevel logLevel,
        MetricSettings metrics,
        SshSettings ssh,
        List<SshTunnelSettings> tunnels) {

    private static final List<String> KEYS =
            List.of(
                    "http.listen",
                    "admin.listen",
                    "workers",
                    "checks.threads",
                    "checks.queue",
                    "guests",
                    "event_loops",
                    "state_dir",
                    "database",
                    "cluster",
                    "log_level",
                    "metrics",
                    "ssh",
                    "tunnels");

    /** Whether only a restart changes the key {@code path}, or the section in which it is. */
    static boolean needRestart(String path) {
        return KEYS.stream().anyMatch(key -> path.equals(key) || path.startsWith(key + "."));
    }

    public static StartSettings of(DaemonSettings settings) {
        return new StartSettings(
                settings.http().listen(),
                settings.admin().listen(),
                settings.workers(),
                settings.checks().threads(),
                settings.checks().queue(),
                settings.guests(),
                settings.eventLoops(),
                settings.stateDir(),
                settings.database(),
                settings.cluster(),
                settings.logLevel(),
                settings.telemetry().metrics(),
                settings.ssh(),
                settings.tunnels());
    }

    /** The keys whose values differ in {@code next}. */
    public List<String> needingRestart(DaemonSettings next) {
        StartSettings wanted = of(next);
        List<Object> mine = values();
        List<Object> theirs = wanted.values();
        return IntStream.range(0, KEYS.size())
                .filter(i -> !mine.get(i).equals(theirs.get(i)))
                .mapToObj(KEYS::get)
                .toList();
    }

    /** In the order of their keys. */
    private List<Object> values() {
        return List.of(
                listen,
                adminListen,
                workers,
                checkThreads,
                checkQueue,
                guests,
                eventLoops,
                stateDir,
                database,
                cluster,
                logLevel,
                metrics,
                ssh,
                tunnels);
    }
}
