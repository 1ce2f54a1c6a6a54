package dev.culvert.daemon.api.reach;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_GATEWAY;
import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.GATEWAY_TIMEOUT;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import dev.culvert.daemon.http.Blame;
import dev.culvert.daemon.http.Problem;
import dev.culvert.tunnel.TunnelRefusal;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Tells clients why there is no tunnel. */
final class Refusals {
    private static final int AWAY_RETRY_SECONDS = 2;
    private static final int FULL_RETRY_SECONDS = 5;

    private Refusals() {}

    static Problem problem(TunnelRefusal refusal) {
        Problem problem =
                Problem.of(status(refusal.code()), Problem.sentence(refusal.sentence()))
                        .member("code", refusal.code().wireName());
        return switch (refusal.code()) {
            case AGENT_AWAY -> problem.retryAfter(AWAY_RETRY_SECONDS).blamedOn(Blame.AGENT);
            case TOO_MANY -> problem.retryAfter(FULL_RETRY_SECONDS).blamedOn(Blame.LIMIT);
            case NOT_ALLOWED, PORT_TAKEN -> problem.blamedOn(Blame.CLIENT);
            case ALLOWED, INVALID, BAD_TICKET, NO_LISTENER, NO_TUNNELS, TIMEOUT, FAILED ->
                    problem.blamedOn(Blame.AGENT);
        };
    }

    private static HttpResponseStatus status(TunnelRefusal.Code code) {
        return switch (code) {
            case NOT_ALLOWED -> FORBIDDEN;
            case PORT_TAKEN -> CONFLICT;
            case AGENT_AWAY, TOO_MANY -> SERVICE_UNAVAILABLE;
            case NO_TUNNELS -> NOT_IMPLEMENTED;
            case TIMEOUT -> GATEWAY_TIMEOUT;
            case ALLOWED, INVALID, BAD_TICKET, NO_LISTENER, FAILED -> BAD_GATEWAY;
        };
    }
}
