package dev.culvert.guest.connection;

import dev.culvert.guest.config.JoinTarget;
import dev.culvert.identity.Refused;
import dev.culvert.io.Quoted;
import dev.culvert.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one link to a daemon open: dials in, and again after each loss, for ever. Confined to the
 * event loop, except where a method says otherwise.
 */
public final class DialIn {
    private static final Logger LOG = LoggerFactory.getLogger(DialIn.class);

    /** For the connection, and what TLS and WebSocket say before frames do. */
    private static final Duration DIAL = Duration.ofSeconds(10);

    /** A link that lasted for so long was good, even if the host asked nothing. */
    private static final Duration LASTING = Duration.ofSeconds(30);

    /** For the daemon to let the agent join: others may come at the same moment. */
    private static final Duration JOIN = Duration.ofSeconds(60);

    private final JoinTarget target;
    private final Transport transport;
    private final EventLoop loop;
    private final DialInPipeline pipeline;
    private final Pauses pauses;
    private boolean stopped;
    private @Nullable Attempt attempt;
    private @Nullable Future<?> next;

    /** One connection, from the dial to its end. */
    final class Attempt implements OpeningHandler.Failures {
        private long linkedNanos;
        private boolean linked;
        private boolean worked;
        private @Nullable Channel channel;
        private @Nullable Refused refused;
        private String reason = "";

        /** The daemon knows who the agent is: this is a link now. */
        void linked() {
            linked = true;
            linkedNanos = loop.ticker().nanoTime();
            LOG.info("joined at {}", target);
        }

        /** The host has sent a message over the link. */
        void worked() {
            worked = true;
        }

        /** The host says why it is about to close the connection. */
        @Override
        public void refused(Refused why) {
            refused = why;
        }

        /** The connection cannot be used. */
        @Override
        public void failed(String why) {
            if (reason.isEmpty()) {
                reason = why;
            }
        }

        private boolean wasGood() {
            return linked
                    && (worked || loop.ticker().nanoTime() - linkedNanos >= LASTING.toNanos());
        }
    }

    /**
     * Dials nothing yet.
     *
     * @param random spreads what many agents do at the same moment
     */
    public DialIn(
            JoinTarget target,
            Transport transport,
            EventLoop loop,
            DialInPipeline pipeline,
            RandomGenerator random) {
        this.target = target;
        this.transport = transport;
        this.loop = loop;
        this.pipeline = pipeline;
        pauses = new Pauses(random);
    }

    /** Dials for the first time. May be called on any thread. */
    public void begin() {
        loop.execute(() -> {
            pauses.next(null); // this is the first attempt, which comes at once
            dial();
        });
    }

    private void dial() {
        if (stopped) {
            return;
        }
        next = null;
        Attempt now = new Attempt();
        attempt = now;
        transport
                .dial(loop, target.address(), DIAL, pipeline.of(now))
                .addListener((Future<Channel> dialled) -> onDialled(now, dialled));
    }

    private void onDialled(Attempt now, Future<Channel> dialled) {
        if (!dialled.isSuccess()) {
            String why = Quoted.message(dialled.cause());
            String where = target.address() + ": "; // the log line has it already
            now.failed(why.startsWith(where) ? why.substring(where.length()) : why);
            lost(now);
            return;
        }
        Channel channel = dialled.getNow();
        now.channel = channel;
        channel.closeFuture().addListener(_ -> lost(now));
        if (stopped) {
            channel.close();
            return;
        }
        Future<?> deadline =
                loop.schedule(() -> giveUp(now, channel), JOIN.toNanos(), TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(_ -> deadline.cancel(false));
    }

    private static void giveUp(Attempt now, Channel channel) {
        if (!now.linked) {
            now.failed("the daemon did not let the agent join within " + JOIN.toSeconds() + " s");
            channel.close();
        }
    }

    private void lost(Attempt ended) {
        if (stopped || attempt != ended) {
            return;
        }
        attempt = null;
        if (ended.wasGood()) {
            pauses.reset();
        }
        Duration wait = pauses.next(ended.refused);
        LOG.warn(
                "{} {}: {}; trying again in {} s",
                ended.linked ? "lost the link to" : "could not join at",
                target,
                why(ended),
                wait.toMillis() / 1000.0);
        next = loop.schedule(this::dial, wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static String why(Attempt ended) {
        Refused refused = ended.refused;
        if (refused != null) {
            return Quoted.sentence(refused.message()) + " (" + Quoted.word(refused.code()) + ")";
        }
        return ended.reason.isEmpty() ? "the daemon closed the connection" : ended.reason;
    }

    /** Ends the link, if there is one, and dials at once. */
    public void joinAgain(String why) {
        Attempt now = attempt;
        if (now != null && now.linked && now.channel != null) {
            now.failed(why);
            pauses.reset();
            now.channel.close();
        }
    }

    /** Dials no more; the link that there is stays open. May be called on any thread. */
    public void stop() {
        loop.submit(
                        () -> {
                            stopped = true;
                            if (next != null) {
                                next.cancel(false);
                            }
                            Attempt now = attempt;
                            if (now != null && !now.linked && now.channel != null) {
                                now.channel.close();
                            }
                        })
                .awaitUninterruptibly();
    }

    @Override
    public String toString() {
        return target.toString();
    }
}
