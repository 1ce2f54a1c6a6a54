package dev.culvert.daemon.api.turns;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.daemon.api.turns.TurnRequest.Place;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /turns/{turn}/stream}: the events of a turn, from where the client was. */
public final class TurnStreamRoute implements Route {
    private final TurnStreams streams;

    public TurnStreamRoute(TurnStreams streams) {
        this.streams = streams;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/turns/{turn}/stream");
    }

    /** GET takes the turn over from who reads it: a HEAD must not. */
    @Override
    public boolean answersHead() {
        return false;
    }

    /** A browser that comes back to the same address says by the header where it is by now. */
    @Override
    public void handle(Request request, Answer responder) {
        String turn = request.parameter("turn");
        Place last = TurnRequest.lastEvent(request);
        if (last == null) {
            streams.resume(request, responder, turn, TurnRequest.after(request));
        } else if (last.turn().equals(turn)) {
            streams.resume(request, responder, turn, last.number());
        } else {
            responder.problem(
                    Problem.of(
                            BAD_REQUEST,
                            "The header 'last-event-id' is of another turn than the path."));
        }
    }
}
