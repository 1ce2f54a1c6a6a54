package dev.culvert.daemon.home;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.link.AgentLink;
import dev.culvert.link.Failure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One link from its opening to its end: finds out whether an agent answers, brings it its
 * configuration, and reports its state. Confined to the home link's event loop.
 *
 * <p>Until the agent has answered once, it gets no configuration, which may contain keys, and no
 * new state: any program can accept a connection, and the kernel does so for a stopped process.
 */
final class HomeSession implements Pulse.Listener {
    private static final String DRAINING = "draining";

    /** What to check when a link was lost before the first answer. */
    private static final String UNPROVEN =
            "; it never answered a ping: does a culvert-agent listen there, and does it accept"
                    + " this host (its --accept-from)?";

    private final Agent agent;
    private final AgentLink link;
    private final HomeLoop home;
    private final ConfigPush push;
    private final PresenceReport presence;
    private final Pulse pulse;
    private final Quiescing quiescing;
    private final long openedNanos;
    private boolean configured;
    private boolean pushAgain;

    HomeSession(
            Agent agent, AgentLink link, HomeLoop home, ConfigPush push, PresenceReport presence) {
        this.agent = agent;
        this.link = link;
        this.home = home;
        this.push = push;
        this.presence = presence;
        pulse = new Pulse(link, home, this);
        quiescing = new Quiescing(agent, link, home, presence);
        openedNanos = home.nanoTime();
    }

    void begin() {
        link.onHeartbeat(this::onHeartbeat);
        home.served().accept(agent, link);
        pulse.begin();
    }

    /** The link is closed. */
    void end() {
        pulse.end();
    }

    void close(String reason) {
        link.close(reason);
    }

    /** Brings the desired configuration to the agent, now or when it has answered. */
    void push(ConfigPush.Listener listener) {
        if (pulse.isProven()) {
            push.push(link, listener);
        } else {
            push.await(listener);
        }
    }

    /** Whether the agent answered and the link lasted for {@code least}. */
    boolean hasWorked(Duration least) {
        return pulse.isProven() && home.nanoTime() - openedNanos >= least.toNanos();
    }

    /** Why the link is closed. */
    String reason() {
        return pulse.isProven() || pulse.hasGivenUp()
                ? link.closeReason()
                : link.closeReason() + UNPROVEN;
    }

    private void onHeartbeat() {
        pulse.heard();
        settleByHeartbeat();
    }

    /** Also whether it is quiesced, which a reply may tell before a heartbeat does. */
    private void settleByHeartbeat() {
        if (pulse.isProven() && link.isAnnounced()) {
            quiescing.onHeartbeat();
        }
        settle();
    }

    @Override
    public void onProven() {
        settleByHeartbeat();
        push.push(link, _ -> {});
    }

    @Override
    public void onHeard() {
        presence.heard(link.heartbeat());
    }

    @Override
    public void onChecked() {
        if (pushAgain) {
            pushAgain = false;
            push.push(link, _ -> {});
        }
    }

    void onPushed(PushResult result) {
        switch (result) {
            case PushResult.Applied _ -> {
                configured = true;
                settle();
            }
            case PushResult.Pending _ -> {
                // The next link begins with the configuration.
            }
            case PushResult.Refused(long revision, Failure failure) -> {
                configured = false;
                // The agent would refuse it again.
                pushAgain =
                        !(failure instanceof Failure.AgentError
                                || failure instanceof Failure.BadAnswer);
                presence.refused(revision, failure.message());
                settle();
            }
        }
    }

    /** The state follows from the last heartbeat and the confirmed configuration. */
    private void settle() {
        if (!pulse.isProven()) {
            return;
        }
        if (link.heartbeat().status().equals(DRAINING)) {
            presence.is(AgentState.DRAINING);
        } else {
            presence.is(configured ? AgentState.READY : AgentState.CONNECTING);
        }
    }

    /** What quiesces the agent over this link; null before it has answered. */
    @Nullable Quiescing quiescing() {
        return pulse.isProven() ? quiescing : null;
    }

    @Override
    public String toString() {
        return "home link of agent " + agent.id();
    }
}
