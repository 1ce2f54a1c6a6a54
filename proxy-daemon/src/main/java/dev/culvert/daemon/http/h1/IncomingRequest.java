package dev.culvert.daemon.http.h1;

import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.Endpoint;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request between its head and its route: its body is read, and must keep a pace. */
final class IncomingRequest {
    private static final Logger LOG = LoggerFactory.getLogger(IncomingRequest.class);
    private static final Problem MISTAKE =
            Problem.of(
                    INTERNAL_SERVER_ERROR,
                    "The daemon made a mistake: look for this request's id in its log.");

    private static final long AS_LONG_AS_IT_TAKES = TimeUnit.DAYS.toNanos(365);

    private final Request request;
    private final Endpoint endpoint;
    private final BodyCollector body;
    private final int minBytesPerSecond;
    private final long slowAfterNanos;

    /**
     * @param length what its head says the body has; 0 where it does not
     */
    IncomingRequest(
            Request request, Endpoint endpoint, long length, HttpSettings settings, long nowNanos) {
        this.request = request;
        this.endpoint = endpoint;
        body = new BodyCollector(length);
        minBytesPerSecond = settings.minBodyBytesPerSecond();
        slowAfterNanos = nowNanos + settings.headTimeout().toNanos();
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

    /** For how long what has come is enough; not positive when it is not even now. */
    long patienceNanos(long nowNanos) {
        if (minBytesPerSecond == 0) {
            return AS_LONG_AS_IT_TAKES;
        }
        long earnedNanos = TimeUnit.SECONDS.toNanos(body.size()) / minBytesPerSecond;
        return slowAfterNanos + earnedNanos - nowNanos;
    }

    /** Calls the route, which answers by {@code responder} even if it throws. */
    void handle(Http1Answer responder) {
        ByteBuf bytes = body.take();
        request.lendBody(bytes);
        responder.observe(request, endpoint.observer());
        try {
            endpoint.route().handle(request, responder);
        } catch (ProblemException e) {
            responder.crashed(e.problem());
        } catch (RuntimeException e) {
            LOG.error("request {} failed: {}", request.id(), request.template(), e);
            responder.crashed(MISTAKE);
        } finally {
            request.withdrawBody();
            bytes.release();
        }
    }

    void discard() {
        body.discard();
    }
}
