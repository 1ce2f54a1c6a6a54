package dev.culvert.daemon;

import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.daemon.fleet.State;
import dev.culvert.daemon.metrics.Metrics;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** Meters of the fleet: how large it is, how its agents are, and how often that changes. */
final class FleetMeters implements FleetListener {
    private final Map<State, Runnable> changes = new EnumMap<>(State.class);

    FleetMeters(Metrics metrics, Fleet fleet, Supplier<FleetSettings> limits) {
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
                () -> limits.get().maxAgents());
        metrics.gauge(
                "culvert.config.bytes",
                "Bytes of all configurations of agents.",
                fleet::configBytes);
        metrics.gauge(
                "culvert.config.bytes.max",
                "Bytes that all configurations of agents may have.",
                () -> limits.get().maxTotalConfigBytes());
    }

    @Override
    public void onChanged(Agent agent) {
        Runnable counter = changes.get(agent.presence().state());
        if (counter != null) {
            counter.run();
        }
    }
}
