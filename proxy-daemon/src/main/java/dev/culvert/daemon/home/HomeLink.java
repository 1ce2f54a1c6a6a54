package dev.culvert.daemon.home;

import dev.culvert.daemon.config.HomeSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Presence;
import dev.culvert.daemon.fleet.State;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.Failure;
import dev.culvert.link.Patience;
import dev.culvert.link.ReplyListener;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one link to one agent open, and says how the agent is. Confined to its event loop.
 *
 * <p>An agent that sends no heartbeats is asked by ping; either way it is unreachable after it
 * missed as many as the settings allow.
 */
final class HomeLink implements DialListener {
    private static final Logger LOG = LoggerFactory.getLogger(HomeLink.class);
    private static final String DRAINING = "draining";

    /** A link of which nothing is heard counts once it has lasted: some accept only to close. */
    private static final long LASTING_MILLIS = 250;

    /** What to look for first where the agent said not a word. */
    private static final String TURNED_AWAY =
            " before it said anything: may this host connect (the agent's --accept-from)?";

    private final Agent agent;
    private final HomeLoop home;
    private final Backoff backoff;
    private final ConfigPush push;
    private @Nullable AgentLink link;
    private @Nullable Future<?> redial;
    private @Nullable Future<?> check;
    private boolean dialling;
    private boolean heard;
    private boolean stopped;
    private boolean configured;
    private boolean proven;
    private boolean pushAgain;
    private long lostNanos;
    private int missed;
    private long pings;

    HomeLink(Agent agent, HomeLoop home) {
        this.agent = agent;
        this.home = home;
        backoff = new Backoff(() -> home.settings().get().home(), ThreadLocalRandom.current());
        push = new ConfigPush(agent, home, this::onPushed);
    }

    /** Dials now, unless there is a link, or a dial under way. */
    void dial() {
        if (link == null && !dialling && !stopped) {
            cancel(redial);
            dialling = true;
            home.links().dial(agent.address(), this);
        }
    }

    /** Dials now and not only in a while; no sooner after a loss than a first wait may be. */
    void nudge() {
        Duration pause = home.settings().get().home().backoffMin();
        if (System.nanoTime() - lostNanos >= pause.toNanos()) {
            dial();
        }
    }

    void stop(String reason) {
        stopped = true;
        cancel(redial);
        push.linkLost();
        if (link != null) {
            link.close(reason);
        }
    }

    /** Brings the wanted configuration to the agent, or notes that it cannot be brought now. */
    void push(ConfigPush.Listener listener) {
        push.push(link, listener);
    }

    @Override
    public void onLink(AgentLink opened) {
        dialling = false;
        link = opened;
        opened.closed().addListener(_ -> onLost(opened));
        if (stopped) {
            opened.close("the agent was removed");
            return;
        }
        missed = 0;
        configured = false;
        proven = false;
        settle();
        home.loop().schedule(() -> prove(opened), LASTING_MILLIS, TimeUnit.MILLISECONDS);
        opened.onHeartbeat(this::onHeartbeat);
        check = scheduleCheck();
        push.push(opened, _ -> {});
    }

    @Override
    public void onFailure(Failure failure) {
        dialling = false;
        lose(failure.message());
    }

    private void onLost(AgentLink lost) {
        link = null;
        cancel(check);
        push.linkLost();
        lose(proven ? lost.closeReason() : lost.closeReason() + TURNED_AWAY);
    }

    private void lose(String reason) {
        if (stopped) {
            return;
        }
        if (agent.presence().state() != State.UNREACHABLE) {
            LOG.warn("agent {} is unreachable: {}", agent.id(), reason);
        }
        update(presence -> presence.failed(reason).in(State.UNREACHABLE, Instant.now()));
        lostNanos = System.nanoTime();
        Duration wait = backoff.next();
        redial = home.loop().schedule(this::dial, wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void prove(AgentLink lasted) {
        if (link == lasted) {
            proven = true;
            settle();
        }
    }

    private void onHeartbeat() {
        if (link == null) {
            return;
        }
        onHeard();
        settle();
    }

    /** While there is a link, the state follows from what the agent says and what it has taken. */
    private void settle() {
        AgentLink now = link;
        if (now == null) {
            return;
        }
        State next = State.CONNECTING;
        if (now.peer().status().equals(DRAINING)) {
            next = State.DRAINING;
        } else if (configured && proven) {
            next = State.READY;
        }
        if (next == State.READY && agent.presence().state() != State.READY) {
            LOG.info("agent {} is ready", agent.id());
        }
        State settled = next;
        update(presence -> presence.in(settled, Instant.now()));
    }

    /** Anything that shows that the agent lives. */
    private void onHeard() {
        heard = true;
        proven = true;
        backoff.reset();
        AgentLink now = link;
        if (now != null) {
            update(presence -> presence.heard(now.peer(), Instant.now()));
        }
    }

    private void onPushed(PushResult result) {
        switch (result) {
            case PushResult.Applied(long revision) -> {
                configured = true;
                proven |= revision > 0;
                settle();
            }
            case PushResult.Pending _ -> {
                // Told again when the link is back.
            }
            case PushResult.Refused(long revision, Failure failure) -> {
                String message =
                        "it did not take configuration " + revision + ": " + failure.message();
                LOG.warn("agent {}: {}", agent.id(), message);
                configured = false;
                // What the agent itself refuses it would refuse again.
                pushAgain = !(failure instanceof Failure.AgentError);
                update(presence -> presence.failed(message));
                settle();
            }
        }
    }

    private void check() {
        AgentLink now = link;
        if (now == null) {
            return;
        }
        HomeSettings settings = home.settings().get().home();
        missed = heard ? 0 : missed + 1;
        heard = false;
        if (missed >= settings.missed()) {
            now.close(
                    "nothing was heard of it for %d times %s"
                            .formatted(missed, settings.heartbeatInterval()));
            return;
        }
        if (missed > 0) {
            ping(now);
        }
        if (pushAgain) {
            pushAgain = false;
            push.push(now, _ -> {});
        }
        check = scheduleCheck();
    }

    private void ping(AgentLink to) {
        Frame ping =
                new Frame(
                        FrameType.PING,
                        "home-" + ++pings,
                        Unpooled.copiedBuffer("{}", StandardCharsets.US_ASCII));
        Duration patience = home.settings().get().timeouts().ping();
        to.open(
                ping,
                new ReplyListener() {
                    @Override
                    public void onReply(Frame reply) {
                        onHeard();
                    }

                    @Override
                    public void onDone() {}

                    @Override
                    public void onFailure(Failure failure) {
                        LOG.debug("agent {}: ping: {}", agent.id(), failure.message());
                    }
                },
                Patience.ofSilence(patience));
    }

    private Future<?> scheduleCheck() {
        long interval = home.settings().get().home().heartbeatInterval().toMillis();
        return home.loop().schedule(this::check, interval, TimeUnit.MILLISECONDS);
    }

    private void update(UnaryOperator<Presence> change) {
        if (!stopped) {
            home.fleet().update(agent, change);
        }
    }

    private static void cancel(@Nullable Future<?> task) {
        if (task != null) {
            task.cancel(false);
        }
    }
}
