package dev.culvert.daemon.routes;

import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Responder;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.turn.Endings;
import dev.culvert.daemon.turn.Origin;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.link.Failure;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code DELETE /turns/{turn}}: stops it, and answers when the agent has stopped its runtime. */
public final class TurnRoute implements Route {
    private final Turns turns;

    public TurnRoute(Turns turns) {
        this.turns = turns;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.DELETE);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/turns/{turn}");
    }

    @Override
    public void handle(Request request, Responder responder) {
        Origin origin = TurnRequest.known(turns, request, request.parameter("turn"));
        if (origin == null) {
            responder.failure(TurnRequest.UNKNOWN);
        } else {
            turns.delete(request.eventLoop(), origin, failure -> answer(failure, responder));
        }
    }

    private static void answer(@Nullable Failure failure, Responder responder) {
        if (failure == null || Endings.isEndOfTurn(failure)) {
            responder.noContent();
        } else {
            responder.failure(failure);
        }
    }
}
