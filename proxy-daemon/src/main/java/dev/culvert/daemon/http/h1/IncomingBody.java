package dev.culvert.daemon.http.h1;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.RoutedRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request while it arrives, which must keep a minimum pace. A connection uses it
 * again for each of its requests.
 */
final class IncomingBody {
    private static final long AS_LONG_AS_IT_TAKES = TimeUnit.DAYS.toNanos(365);

    private final BodyCollector body = new BodyCollector();
    private final int minBytesPerSecond;
    private final long headTimeoutNanos;
    private @Nullable RoutedRequest request;
    private long slowAfterNanos;

    IncomingBody(HttpSettings settings) {
        minBytesPerSecond = settings.minBodyBytesPerSecond();
        headTimeoutNanos = settings.headTimeout().toNanos();
    }

    void begin(RoutedRequest next, long nowNanos) {
        request = next;
        body.expect(next.head().contentLength());
        slowAfterNanos = nowNanos + headTimeoutNanos;
    }

    /** For how long the body has been awaited. */
    long nanosSinceHead(long nowNanos) {
        return nowNanos - (slowAfterNanos - headTimeoutNanos);
    }

    /** The request whose body is to come or arrives; null between requests. */
    @Nullable RoutedRequest request() {
        return request;
    }

    int size() {
        return body.size();
    }

    int heldBytes() {
        return body.heldBytes();
    }

    /** Takes ownership of {@code part}. */
    void add(ByteBuf part, ByteBufAllocator allocator) {
        body.add(part, allocator);
    }

    /** How long the bytes received so far are enough; not positive if they are too few now. */
    long patienceNanos(long nowNanos) {
        if (minBytesPerSecond == 0) {
            return AS_LONG_AS_IT_TAKES;
        }
        long earnedNanos = TimeUnit.SECONDS.toNanos(body.size()) / minBytesPerSecond;
        return slowAfterNanos + earnedNanos - nowNanos;
    }

    /** It is complete. Gives the body away: the caller releases it. */
    ByteBuf take() {
        request = null;
        return body.take();
    }

    void discard() {
        request = null;
        body.discard();
    }
}
