package dev.culvert.daemon;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.continuations.Continuations;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.daemon.fleet.Condition;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.daemon.front.responses.KeptResponses;
import dev.culvert.daemon.join.Waiting;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.operations.RecentLog;
import dev.culvert.daemon.operations.Runs;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.transport.Transport;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** Meters of parts that do not know about metrics. Most are read at each scrape. */
final class Meters {
    private final Metrics metrics;
    private final Supplier<DaemonSettings> settings;

    Meters(Metrics metrics, Supplier<DaemonSettings> settings) {
        this.metrics = metrics;
        this.settings = settings;
    }

    /** How many agents there are, in which states, and how often those change. */
    Meters of(Fleet fleet) {
        Map<AgentState, Runnable> changes = new EnumMap<>(AgentState.class);
        for (AgentState state : AgentState.values()) {
            metrics.gauge(
                    "culvert.agents",
                    "Agents, by state.",
                    "state",
                    state.label(),
                    () -> fleet.count(state));
            changes.put(
                    state,
                    metrics.counter(
                            "culvert.agent.changes",
                            "Changes of agents' states, by the new state, as reported in"
                                    + " /events.",
                            "state",
                            state.label()));
        }
        for (Condition condition : Condition.values()) {
            metrics.gauge(
                    "culvert.agents.with.condition",
                    "Agents that work on turns (busy), and that cannot reach their runtime"
                            + " (degraded).",
                    "condition",
                    condition.label(),
                    () -> fleet.count(condition));
        }
        metrics.gauge(
                "culvert.agents.max",
                "How many agents there may be (fleet.max_agents).",
                () -> settings.get().fleet().maxAgents());
        metrics.gauge(
                "culvert.config.bytes", "Bytes of all agents' configurations.", fleet::configBytes);
        metrics.gauge(
                "culvert.config.bytes.max",
                "How many bytes there may be of these (fleet.max_total_config_bytes).",
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
        return this;
    }

    /** How many turns go on without clients, are remembered, and may be. */
    Meters of(Turns turns) {
        metrics.gauge(
                "culvert.turns.detachable",
                "Turns in progress that go on if their clients leave (x-culvert-on-disconnect).",
                turns::countGoingOn);
        metrics.gauge(
                "culvert.watchers",
                "Clients that read a turn along with its reader.",
                turns::countWatchers);
        remembered("yes", () -> turns.remembered(true), () -> settings.get().turns().maxKeys());
        remembered(
                "no", () -> turns.remembered(false), () -> settings.get().turns().maxRemembered());
        return this;
    }

    private void remembered(String key, Supplier<Number> now, Supplier<Number> most) {
        metrics.gauge(
                "culvert.turns.remembered",
                "Turns that nobody reads, whose key is stored or whose end is known.",
                "key",
                key,
                now);
        metrics.gauge(
                "culvert.turns.remembered.max",
                "How many of these there may be (turns.max_keys, turns.max_remembered).",
                "key",
                key,
                most);
    }

    /** How much is kept of responses. */
    void of(KeptResponses responses) {
        metrics.gauge(
                "culvert.responses.kept",
                "Responses that clients can ask for again (responses.keep).",
                responses::count);
        metrics.gauge(
                "culvert.responses.kept.bytes",
                "Bytes that these take (responses.keep_bytes).",
                responses::bytes);
    }

    /** How many clients go on with the results of their tools, and how much is kept for them. */
    Meters of(Continuations continuations) {
        metrics.gauge(
                "culvert.continuations.kept",
                "Turns with tools of their clients of which something is stored, so that clients can"
                        + " go on (continuations.valid_for).",
                continuations::count);
        metrics.gauge(
                "culvert.continuations.kept.bytes",
                "Bytes that these take (continuations.keep_bytes).",
                continuations::bytes);
        metrics.counter(
                "culvert.continuations.given",
                "Turns that called tools of their clients and gave them a continuation.",
                continuations.counts()::given);
        metrics.counter(
                "culvert.continuations.used",
                "Turns that went on with the results of their clients' tools.",
                continuations.counts()::used);
        metrics.counter(
                "culvert.continuations.missing",
                "Turns that called tools of their clients and have no continuation, mostly because"
                        + " the conversation was too large (continuations.max_bytes).",
                continuations.counts()::missing);
        return this;
    }

    /** How much is remembered of changes that were made. */
    Meters of(Runs runs) {
        metrics.gauge(
                "culvert.operations.kept",
                "Changes of which the daemon remembers how they went (operations.keep).",
                runs::count);
        metrics.gauge(
                "culvert.operations.kept.bytes",
                "Bytes that these take (operations.keep_bytes).",
                runs::bytes);
        return this;
    }

    /** How much is remembered of the log. */
    void of(RecentLog log) {
        metrics.gauge(
                "culvert.log.kept",
                "Records of the log that the daemon remembers (operations.log.keep).",
                log::count);
        metrics.gauge(
                "culvert.log.kept.bytes",
                "Bytes that these take (operations.log.keep_bytes).",
                log::bytes);
    }

    /** How many agents join at this moment. */
    void of(Waiting waiting) {
        metrics.gauge(
                "culvert.join.waiting",
                "Connections of agents that have not proved yet who they are.",
                waiting::count);
        metrics.gauge(
                "culvert.join.waiting.max",
                "How many of these there may be (join.max_handshakes).",
                () -> settings.get().join().maxHandshakes());
    }

    /** How clients connect. */
    Meters of(Transport transport) {
        metrics.gauge(
                "culvert.http.connections.max",
                "How many connections of clients there may be (http.max_connections).",
                () -> settings.get().http().maxConnections());
        metrics.counter(
                "culvert.http.accept.failures",
                "Connections that the system refused, mostly because file descriptors ran out.",
                transport::acceptFailures);
        return this;
    }
}
