package dev.culvert.daemon.webhooks;

import dev.culvert.daemon.config.WebhookEvent;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.daemon.fleet.Desired;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.daemon.fleet.Presence;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells when an agent lacks for long what it should have, and when it has it again. */
/* An agent that is away cannot confirm anything: that it is away is told anyway. So the time counts only while it is
 * reached, and what was told stays told until it confirms, also over a restart: whoever was woken by the first message
 * waits for the second. */
public final class DriftEvents implements FleetListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DriftEvents.class);

    /** Work on the store is done in turn; no agent can have this id. */
    private static final String KEY = "/drifts";

    /** The agent may have gone while the daemon was down: nobody would tell. */
    private static final Duration KEPT = Duration.ofDays(30);

    private final Webhooks webhooks;
    private final DriftStore store;
    private final Workers workers;
    private final EventLoop loop;
    private final InstantSource clock;
    private volatile Duration after;

    /** By the id of the agent. Changed on the event loop only. */
    private final Map<String, Drift> drifts = new ConcurrentHashMap<>();

    /**
     * Knows of none before {@link #restore}.
     *
     * @param store keeps those that were told
     * @param workers write there
     * @param loop waits
     * @param after how long it may lack it
     */
    public DriftEvents(
            Webhooks webhooks,
            DriftStore store,
            Workers workers,
            EventLoop loop,
            InstantSource clock,
            Duration after) {
        this.webhooks = webhooks;
        this.store = store;
        this.workers = workers;
        this.loop = loop;
        this.clock = clock;
        this.after = after;
    }

    /** An agent that lacks something. */
    private sealed interface Drift {
        /** It lacks it since then. */
        Instant since();
    }

    /** For no longer than it may. */
    private record Waiting(Agent agent, Instant since, Future<?> timer) implements Drift {}

    /** It was told. */
    private record Told(Instant since) implements Drift {}

    /** It was told before the start, and nobody knows yet what the agent has. */
    private record Restored(Instant since) implements Drift {}

    /** Takes what was told before the start. Blocks; nothing else runs yet. */
    public void restore() throws IOException {
        Instant oldest = clock.instant().minus(KEPT);
        for (Map.Entry<String, Instant> each : store.read().entrySet()) {
            if (each.getValue().isBefore(oldest)) {
                store.delete(each.getKey());
            } else {
                drifts.put(each.getKey(), new Restored(each.getValue()));
            }
        }
    }

    /** Takes another time for what begins from now on. */
    public void use(Duration next) {
        after = next;
    }

    /** How many agents lack something for longer than they may. */
    public int count() {
        return (int) drifts.values().stream().filter(it -> it instanceof Told).count();
    }

    @Override
    public void onAny(Agent agent) {
        if (agent.drifts() || drifts.containsKey(agent.id())) {
            loop.execute(() -> look(agent));
        }
    }

    @Override
    public void onRemoved(Agent agent) {
        loop.execute(() -> forget(agent.id()));
    }

    private void look(Agent agent) {
        String id = agent.id();
        Drift known = drifts.get(id);
        AgentState state = agent.presence().state();
        boolean isReached = state != AgentState.UNREACHABLE && state != AgentState.QUIESCED;
        boolean isDrifting = agent.drifts();
        switch (known) {
            case null -> {
                if (isDrifting && isReached) {
                    wait(agent);
                }
            }
            case Waiting(Agent _, Instant since, Future<?> timer) -> {
                if (isDrifting && isReached) {
                    drifts.put(id, new Waiting(agent, since, timer));
                } else {
                    forget(id);
                }
            }
            case Told(Instant since) -> {
                if (!isDrifting) {
                    tellInStep(agent, since);
                }
            }
            case Restored(Instant since) -> {
                if (state == AgentState.READY && !isDrifting) {
                    tellInStep(agent, since);
                } else if (isDrifting && isReached) {
                    drifts.put(id, new Told(since));
                }
            }
        }
    }

    private void wait(Agent agent) {
        Future<?> timer =
                loop.schedule(() -> onTime(agent.id()), after.toNanos(), TimeUnit.NANOSECONDS);
        drifts.put(agent.id(), new Waiting(agent, clock.instant(), timer));
    }

    private void onTime(String id) {
        if (drifts.get(id) instanceof Waiting(Agent agent, Instant since, Future<?> _)) {
            drifts.put(id, new Told(since));
            keep(id, () -> store.save(id, since));
            tell(WebhookEvent.AGENT_DRIFT, agent, since);
        }
    }

    private void tellInStep(Agent agent, Instant since) {
        forget(agent.id());
        tell(WebhookEvent.AGENT_IN_STEP, agent, since);
    }

    private void forget(String id) {
        switch (drifts.remove(id)) {
            case null -> {}
            case Waiting(Agent _, Instant _, Future<?> timer) -> timer.cancel(false);
            case Told _, Restored _ -> keep(id, () -> store.delete(id));
        }
    }

    private interface Change {
        void run() throws IOException;
    }

    private void keep(String agent, Change change) {
        try {
            workers.execute(
                    KEY,
                    () -> {
                        try {
                            change.run();
                        } catch (IOException e) {
                            notKept(agent, Quoted.message(e));
                        }
                    });
        } catch (RejectedExecutionException _) {
            notKept(agent, "too much work waits for the daemon's threads (workers.queue)");
        }
    }

    /** Writes down what the workers may not have written. Blocks. */
    @Override
    public void close() {
        try {
            Map<String, Instant> kept = store.read();
            for (Map.Entry<String, Drift> each : drifts.entrySet()) {
                if (!(each.getValue() instanceof Waiting) && !kept.containsKey(each.getKey())) {
                    store.save(each.getKey(), each.getValue().since());
                }
            }
            for (String agent : kept.keySet()) {
                Drift known = drifts.get(agent);
                if (known == null || known instanceof Waiting) {
                    store.delete(agent);
                }
            }
        } catch (IOException e) {
            LOG.warn("which agents drift is not written down: {}", Quoted.message(e));
        }
    }

    private static void notKept(String agent, String why) {
        LOG.warn(
                "that the agent {} drifts, or does no more, is not written down, so that a restart may tell it again: {}",
                agent,
                why);
    }

    private void tell(WebhookEvent kind, Agent agent, Instant since) {
        if (webhooks.wants(kind, agent.tenant())) {
            webhooks.tell(new Event(kind, agent.tenant(), clock.instant(), data(agent, since)));
        }
    }

    private static String data(Agent agent, Instant since) {
        Desired desired = agent.desired();
        Presence presence = agent.presence();
        String why = agent.drifts() ? presence.lastError() : null;
        return JsonLine.object(json -> {
            json.writeStringField("agent", agent.id());
            json.writeStringField("tenant", agent.tenant());
            json.writeStringField("state", presence.state().label());
            json.writeStringField("since", since.truncatedTo(ChronoUnit.MILLIS).toString());
            json.writeNumberField("desired_revision", desired == null ? 0 : desired.revision());
            json.writeNumberField("applied_revision", agent.appliedRevision());
            json.writeStringField("error", why == null ? null : Quoted.sentence(why));
        });
    }
}
