package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;

import dev.culvert.daemon.auth.CallerQuota;
import io.netty.buffer.ByteBuf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the route of a request that is there whole. */
final class RouteCall {
    private static final Logger LOG = LoggerFactory.getLogger(RouteCall.class);
    static final Problem BUG =
            Problem.of(
                    INTERNAL_SERVER_ERROR,
                    "The request failed because of a bug in the daemon: look for its request_id in"
                            + " the log.");

    private RouteCall() {}

    /** The route answers even if it throws. Takes ownership of {@code body}. */
    static void run(
            HttpAnswer answer,
            HttpObserver observer,
            RoutedRequest routed,
            ByteBuf body,
            IncomingBody incoming,
            long headNanos) {
        Request request = new Request(routed, body, answer.eventLoop());
        request.checkedBy(incoming.takeChecker());
        Handling seen = new Handling(request, observer);
        if (seen.isTimed()) {
            seen.arrived(headNanos, incoming.nanosSinceHead());
        }
        answer.handledAs(seen);
        CallerQuota quota = routed.caller().quota();
        if (quota != null) {
            RateLimits.describe(answer, quota);
            answer.limitedBy(quota);
            answer.charge(body.readableBytes());
        }
        try {
            routed.endpoint().route().handle(request, answer);
        } catch (ProblemException e) {
            answer.crashed(e.problem());
        } catch (RuntimeException e) {
            LOG.error("request {} failed: {}", request.id(), request.template(), e);
            answer.crashed(BUG);
        } finally {
            body.release();
        }
    }
}
