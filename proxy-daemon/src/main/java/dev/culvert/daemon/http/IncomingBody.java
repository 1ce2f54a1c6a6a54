package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_TIMEOUT;

import dev.culvert.io.LazyTimer;
import dev.culvert.json.JsonChecker;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request while it arrives, which must keep a minimum pace and a maximum size. May be
 * used again for the next request. Confined to the event loop of its channel.
 */
public final class IncomingBody {
    public static final Problem TOO_SLOW =
            Problem.of(
                    REQUEST_TIMEOUT,
                    "The request arrived too slowly: send it again without pauses.");

    private static final long AS_LONG_AS_IT_TAKES = TimeUnit.DAYS.toNanos(365);

    private static final int LARGE_BYTES = 64 * 1024;

    /** Is told on the event loop how a body ends. */
    public interface Owner {
        /** The request is complete. Takes ownership of {@code body}. */
        void onWhole(RoutedRequest request, ByteBuf body);

        /** The body cannot be taken; the owner discards what has arrived. */
        void onRefused(Problem problem);
    }

    private final Channel channel;
    private final HttpServer server;
    private final Owner owner;
    private final BodyCollector body = new BodyCollector();
    private BodyLimit limit = new BodyLimit("", 0);

    /** Of a large body; a small one is checked when it is whole. */
    private @Nullable JsonChecker checker;

    private final LazyTimer timer;
    private @Nullable RoutedRequest request;
    private long slowAfterNanos;

    public IncomingBody(Channel channel, HttpServer server, Owner owner) {
        this.channel = channel;
        this.server = server;
        this.owner = owner;
        timer = new LazyTimer(channel.eventLoop(), this::checkPace);
    }

    public void begin(RoutedRequest next) {
        request = next;
        checker = null;
        limit = server.rules().bodyLimit(next.head());
        body.expect(next.head().contentLength(), limit.bytes());
        slowAfterNanos = timer.now() + server.settings().headTimeout().toNanos();
    }

    /** For how long the body has been awaited. */
    long nanosSinceHead() {
        return timer.now() - (slowAfterNanos - server.settings().headTimeout().toNanos());
    }

    /** Of the request whose body is to come or arrives; null if there is none. */
    public @Nullable Head head() {
        return request == null ? null : request.head();
    }

    /** Whether the body of a request is to come or arrives. */
    public boolean isExpected() {
        return request != null;
    }

    public int heldBytes() {
        return body.heldBytes();
    }

    /** Takes ownership of {@code part}, which is dropped if no request expects it. */
    public void add(ByteBuf part) {
        if (request == null) {
            part.release(); // the request was refused
            return;
        }
        body.add(part, channel.alloc());
        if (body.size() > limit.bytes()) {
            owner.onRefused(limit.exceeded());
        } else if (body.size() > LARGE_BYTES && !request.endpoint().route().readsLargeBodies()) {
            check();
        }
    }

    /* A large body is checked while it arrives: in one go, that would keep the loop from all its other sockets. */
    private void check() {
        JsonChecker begun = checker;
        if (begun == null) {
            begun = new JsonChecker();
            checker = begun;
        }
        if (body.size() - begun.checkedBytes() >= LARGE_BYTES) {
            begun.advance(body.arrived());
        }
    }

    /** What has been found out about a large body, which has arrived; null for any other. */
    @Nullable JsonChecker takeChecker() {
        JsonChecker taken = checker;
        checker = null;
        return taken;
    }

    /** The last part has arrived. */
    public void end() {
        RoutedRequest whole = request;
        if (whole != null) {
            request = null;
            timer.disarm();
            owner.onWhole(whole, body.take());
        }
    }

    /** A burst of reads is over: from now on time passes. */
    public void readEnded() {
        if (request != null) {
            timer.expireAfter(patienceNanos());
        }
    }

    /** How long the bytes received so far are enough; not positive if they are too few now. */
    private long patienceNanos() {
        int minBytesPerSecond = server.settings().minBodyBytesPerSecond();
        if (minBytesPerSecond == 0) {
            return AS_LONG_AS_IT_TAKES;
        }
        long earnedNanos = TimeUnit.SECONDS.toNanos(body.size()) / minBytesPerSecond;
        return slowAfterNanos + earnedNanos - timer.now();
    }

    private void checkPace() {
        if (request != null) {
            owner.onRefused(TOO_SLOW);
        }
    }

    /** Expects nothing any longer, and releases what has arrived. */
    public void discard() {
        timer.disarm();
        request = null;
        checker = null;
        body.discard();
    }

    /** The same, for the last time. */
    public void close() {
        timer.cancel();
        discard();
    }
}
