package dev.culvert.daemon;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.SettingsInForce;
import dev.culvert.daemon.config.SettingsReader;
import dev.culvert.daemon.fleet.AgentSource;
import dev.culvert.daemon.fleet.FleetLimitException;
import dev.culvert.daemon.metrics.ReloadMetrics;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Notifier;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the settings again and puts all of them in force, or none. Blocks: not for an event loop.
 */
final class Reload {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final SettingsReader reader;
    private final AgentSource agents;
    private final Consumer<DaemonSettings> inForce;
    private final ReloadMetrics metrics;
    private final Notifier notifier;
    private final SettingsInForce settings;
    private volatile boolean stopped;

    /**
     * @param settings those that the daemon was started with; is told of others
     * @param agents takes the agents of the settings
     * @param inForce takes everything else
     */
    Reload(
            SettingsReader reader,
            SettingsInForce settings,
            AgentSource agents,
            Consumer<DaemonSettings> inForce,
            ReloadMetrics metrics,
            Notifier notifier) {
        this.reader = reader;
        this.agents = agents;
        this.inForce = inForce;
        this.metrics = metrics;
        this.notifier = notifier;
        this.settings = settings;
    }

    /**
     * Lets no reload begin from now on. Does not wait for one that has begun: its disk may hang.
     */
    void stop() {
        stopped = true;
    }

    /**
     * Changes agents and limits. Running streams are not affected.
     *
     * @return what is wrong with the settings, in which case nothing has changed; empty when they
     *     are in force
     */
    synchronized List<String> run() {
        if (stopped) {
            return refused(List.of("the daemon is shutting down"));
        }
        notifier.reloading();
        try {
            return read();
        } finally {
            notifier.reloaded();
        }
    }

    private List<String> read() {
        Settings<DaemonSettings> read;
        try {
            read = reader.read();
            agents.replace(read.value().agents());
        } catch (BadSettingsException e) {
            return refused(e.mistakes());
        } catch (IllegalArgumentException | FleetLimitException | IOException e) {
            return refused(List.of(String.valueOf(e.getMessage())));
        }
        DaemonSettings next = read.value();
        inForce.accept(next);
        metrics.onReloaded(true);
        warn(next);
        LOG.info(
                "reloaded: {}",
                next.agents().size() == 1 ? "1 agent" : next.agents().size() + " agents");
        List<String> waiting = settings.use(read);
        if (!waiting.isEmpty()) {
            LOG.warn(
                    "only a restart changes {}: until then the values from the start remain in force",
                    String.join(", ", waiting));
        }
        return List.of();
    }

    /** Of rules that can match nothing: nothing else would show it. */
    static void warn(DaemonSettings settings) {
        settings.tools().warnings().forEach(LOG::warn);
    }

    private List<String> refused(List<String> mistakes) {
        metrics.onReloaded(false);
        LOG.error(
                "the settings were not reloaded; the previous ones remain in force:\n{}",
                String.join("\n", mistakes));
        return mistakes;
    }
}
