package dev.culvert.daemon.webhooks;

import dev.culvert.daemon.config.WebhookEvent;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.daemon.fleet.Desired;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.daemon.fleet.Presence;
import dev.culvert.io.Quoted;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Tells when an agent lacks for long what it should have, and when it has it again. */
/* An agent that is away cannot confirm anything: that it is away is told anyway. So the time counts only while it is
 * reached, and what was told stays told until it confirms. */
public final class DriftEvents implements FleetListener {
    private final Webhooks webhooks;
    private final EventLoop loop;
    private final InstantSource clock;
    private volatile Duration after;

    /** By the id of the agent. Changed on the event loop only. */
    private final Map<String, Drift> drifts = new ConcurrentHashMap<>();

    /**
     * @param loop waits
     * @param after how long it may lack it
     */
    public DriftEvents(Webhooks webhooks, EventLoop loop, InstantSource clock, Duration after) {
        this.webhooks = webhooks;
        this.loop = loop;
        this.clock = clock;
        this.after = after;
    }

    /** An agent that lacks something, since when, and the timer. */
    private static final class Drift {
        private final Instant since;
        private Agent agent;
        private boolean isTold;
        private final Future<?> timer;

        Drift(Agent agent, Instant since, Future<?> timer) {
            this.agent = agent;
            this.since = since;
            this.timer = timer;
        }
    }

    /** Takes another time for what begins from now on. */
    public void use(Duration next) {
        after = next;
    }

    /** How many agents lack something for longer than they may. */
    public int count() {
        return (int) drifts.values().stream().filter(it -> it.isTold).count();
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
        Drift known = drifts.get(agent.id());
        AgentState state = agent.presence().state();
        boolean isReached = state != AgentState.UNREACHABLE && state != AgentState.QUIESCED;
        if (!agent.drifts()) {
            if (known != null && known.isTold) {
                tell(WebhookEvent.AGENT_IN_STEP, agent, known.since);
            }
            forget(agent.id());
        } else if (known != null) {
            known.agent = agent;
            if (!isReached && !known.isTold) {
                forget(agent.id());
            }
        } else if (isReached) {
            Future<?> timer =
                    loop.schedule(() -> onTime(agent.id()), after.toNanos(), TimeUnit.NANOSECONDS);
            drifts.put(agent.id(), new Drift(agent, clock.instant(), timer));
        }
    }

    private void forget(String id) {
        Drift known = drifts.remove(id);
        if (known != null) {
            known.timer.cancel(false);
        }
    }

    private void onTime(String id) {
        Drift known = drifts.get(id);
        if (known != null) {
            known.isTold = true;
            tell(WebhookEvent.AGENT_DRIFT, known.agent, known.since);
        }
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
