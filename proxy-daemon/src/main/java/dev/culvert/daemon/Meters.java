package dev.culvert.daemon;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.daemon.fleet.State;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.transport.Transport;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** Meters of parts that do not know metrics: they are asked at each scrape. */
final class Meters {
    private final Metrics metrics;
    private final Supplier<DaemonSettings> settings;

    /**
     * @param settings those in force now
     */
    Meters(Metrics metrics, Supplier<DaemonSettings> settings) {
        this.metrics = metrics;
        this.settings = settings;
    }

    /** How large the fleet is, how its agents are, and how often that changes. */
    void of(Fleet fleet) {
        Map<State, Runnable> changes = new EnumMap<>(State.class);
        for (State state : State.values()) {
            metrics.gauge(
                    "culvert.agents",
                    "Agents of the fleet.",
                    "state",
                    state.label(),
                    () -> fleet.count(state));
            changes.put(
                    state,
                    metrics.counter(
                            "culvert.agent.changes",
                            "Changes of the states of agents, by the new one, as /events tells"
                                    + " them.",
                            "state",
                            state.label()));
        }
        metrics.gauge(
                "culvert.agents.max",
                "Agents that the fleet may have.",
                () -> settings.get().fleet().maxAgents());
        metrics.gauge(
                "culvert.config.bytes",
                "Bytes of all configurations of agents.",
                fleet::configBytes);
        metrics.gauge(
                "culvert.config.bytes.max",
                "Bytes that all configurations of agents may have.",
                () -> settings.get().fleet().maxTotalConfigBytes());
        fleet.listen(
                new FleetListener() {
                    @Override
                    public void onChanged(Agent agent) {
                        Runnable counter = changes.get(agent.presence().state());
                        if (counter != null) {
                            counter.run();
                        }
                    }
                });
    }

    /** How many turns are remembered, and how many may be. */
    void of(Turns turns) {
        remembered("yes", () -> turns.remembered(true), () -> settings.get().turns().maxKeys());
        remembered(
                "no", () -> turns.remembered(false), () -> settings.get().turns().maxRemembered());
    }

    private void remembered(String key, Supplier<Number> now, Supplier<Number> most) {
        metrics.gauge(
                "culvert.turns.remembered",
                "Turns that nobody reads and whose key is held, or whose end is known.",
                "key",
                key,
                now);
        metrics.gauge(
                "culvert.turns.remembered.max",
                "How many of those there may be (turns.max_keys, turns.max_remembered).",
                "key",
                key,
                most);
    }

    /** What clients come in by. */
    void of(Transport transport) {
        metrics.gauge(
                "culvert.http.connections.max",
                "Connections that clients may have (http.max_connections).",
                () -> settings.get().http().maxConnections());
        metrics.counter(
                "culvert.http.accept.failures",
                "Connections that the system did not give, for want of file descriptors mostly.",
                transport::acceptFailures);
    }
}
