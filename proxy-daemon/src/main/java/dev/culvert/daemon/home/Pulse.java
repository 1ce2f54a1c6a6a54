package dev.culvert.daemon.home;

import dev.culvert.daemon.config.HomeSettings;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.link.AgentLink;
import dev.culvert.link.Failure;
import dev.culvert.link.Patience;
import dev.culvert.link.ReplyListener;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether an agent answers on one link: pings it at the beginning, then whenever it was
 * silent for a heartbeat's interval. Closes the link if it does not answer. Confined to the link's
 * event loop.
 */
/* Silence is counted in rounds instead of read from a clock: after a pause of this process the first
 * round finds every agent silent, and only pings them. */
final class Pulse {
    interface Listener {
        /** The agent answered, so it runs. Called once. */
        void onProven();

        /** The agent sent something. */
        void onHeard();

        /** The check of each interval is done. */
        void onChecked();
    }

    /**
     * Says, too, that the agent may publish, ask and follow on this link (subjects.md), and that
     * this host takes the frames of tools and of approvals (tools.md, approvals.md).
     */
    private static final String PING =
            "{\"subjects\":true,\"subscriptions\":true,\"tools\":true,\"approvals\":true,\"tunnels\":true}";

    private final AgentLink link;
    private final HomeLoop home;
    private final Listener listener;
    private @Nullable Future<?> next;
    private boolean proven;
    private boolean givenUp;
    private long heardNanos;
    private int missed;
    private long pings;

    Pulse(AgentLink link, HomeLoop home, Listener listener) {
        this.link = link;
        this.home = home;
        this.listener = listener;
    }

    /** Sends the first ping. */
    void begin() {
        ping();
    }

    void end() {
        if (next != null) {
            next.cancel(false);
        }
    }

    boolean isProven() {
        return proven;
    }

    /** Whether the link was closed here because no answer came. */
    boolean hasGivenUp() {
        return givenUp;
    }

    void heard() {
        heardNanos = home.nanoTime();
        missed = 0;
        listener.onHeard();
    }

    private void answered() {
        heard();
        if (!proven) {
            proven = true;
            schedule(period());
            listener.onProven();
        }
    }

    private void check() {
        long silent = home.nanoTime() - heardNanos;
        long period = period();
        if (silent < period) {
            schedule(period - silent);
        } else if (++missed < rounds()) {
            schedule(period);
            ping();
        } else {
            HomeSettings settings = settings();
            giveUp(
                    "it sent nothing for %s s, not even the answer to a ping (home.missed × home.heartbeat_interval)"
                            .formatted(
                                    seconds(
                                            settings.heartbeatInterval()
                                                    .multipliedBy(settings.missed()))));
            return;
        }
        listener.onChecked();
    }

    private void ping() {
        Frame ping =
                new Frame(
                        FrameType.PING,
                        "home-" + ++pings,
                        Unpooled.copiedBuffer(PING, StandardCharsets.US_ASCII));
        Duration patience = home.timeouts().ping();
        link.open(
                ping,
                new ReplyListener() {
                    @Override
                    public void onReply(Frame reply) {
                        answered();
                    }

                    @Override
                    public void onDone() {}

                    @Override
                    public void onFailure(Failure failure) {
                        onUnanswered(failure, patience);
                    }
                },
                Patience.ofSilence(patience));
    }

    private void onUnanswered(Failure failure, Duration patience) {
        if (failure instanceof Failure.AgentError || failure instanceof Failure.BadAnswer) {
            answered(); // not the right answer, but it runs and speaks the protocol
        } else if (!proven && failure instanceof Failure.TimedOut) {
            giveUp(
                    "it accepted the connection, but did not answer a ping within %s s (timeouts.ping): the agent hangs, or something else listens there"
                            .formatted(seconds(patience)));
        }
    }

    private void giveUp(String reason) {
        givenUp = true;
        link.close(reason);
    }

    /** As many as may be missed, but at least two: the agent is pinged before it is given up. */
    private int rounds() {
        return Math.max(2, settings().missed());
    }

    private long period() {
        HomeSettings settings = settings();
        return settings.heartbeatInterval().toNanos() * settings.missed() / rounds();
    }

    private HomeSettings settings() {
        return home.settings();
    }

    private void schedule(long nanos) {
        next = home.schedule(this::check, nanos);
    }

    private static String seconds(Duration time) {
        return String.valueOf(time.toMillis() / 1000.0);
    }
}
