package dev.culvert.daemon.config;

import dev.culvert.transport.AgentAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The settings that only a restart changes. */
public record StartSettings(
        List<AgentAddress> listen,
        List<AgentAddress> adminListen,
        WorkerSettings workers,
        int eventLoops,
        Optional<Path> stateDir,
        LogLevel logLevel,
        MetricSettings metrics) {

    public static StartSettings of(DaemonSettings settings) {
        return new StartSettings(
                settings.http().listen(),
                settings.admin().listen(),
                settings.workers(),
                settings.eventLoops(),
                settings.stateDir(),
                settings.logLevel(),
                settings.telemetry().metrics());
    }

    /** The keys whose values differ in {@code next}. */
    public List<String> needingRestart(DaemonSettings next) {
        StartSettings wanted = of(next);
        List<String> keys = new ArrayList<>();
        addIf(!listen.equals(wanted.listen), "http.listen", keys);
        addIf(!adminListen.equals(wanted.adminListen), "admin.listen", keys);
        addIf(!workers.equals(wanted.workers), "workers", keys);
        addIf(eventLoops != wanted.eventLoops, "event_loops", keys);
        addIf(!stateDir.equals(wanted.stateDir), "state_dir", keys);
        addIf(logLevel != wanted.logLevel, "log_level", keys);
        addIf(!metrics.equals(wanted.metrics), "metrics", keys);
        return keys;
    }

    private static void addIf(boolean differs, String key, List<String> keys) {
        if (differs) {
            keys.add(key);
        }
    }
}
