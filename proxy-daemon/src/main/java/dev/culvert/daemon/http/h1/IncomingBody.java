package dev.culvert.daemon.http.h1;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.RoutedRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.TimeUnit;

/** The body of a request while it arrives, which must keep a minimum pace. */
final class IncomingBody {
    private static final long AS_LONG_AS_IT_TAKES = TimeUnit.DAYS.toNanos(365);

    private final RoutedRequest request;
    private final BodyCollector body;
    private final int minBytesPerSecond;
    private final long slowAfterNanos;

    IncomingBody(RoutedRequest request, HttpSettings settings, long nowNanos) {
        this.request = request;
        body = new BodyCollector(request.head().contentLength());
        minBytesPerSecond = settings.minBodyBytesPerSecond();
        slowAfterNanos = nowNanos + settings.headTimeout().toNanos();
    }

    /** The request that the body belongs to. */
    RoutedRequest request() {
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

    /** Gives the body away: the caller releases it. */
    ByteBuf take() {
        return body.take();
    }

    void discard() {
        body.discard();
    }
}
