package dev.culvert.daemon.api.turns;

import dev.culvert.daemon.answer.StreamObserver;
import dev.culvert.daemon.answer.StreamTurn;
import dev.culvert.daemon.api.AgentCalls;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.sse.EventIds;
import dev.culvert.daemon.turn.Origin;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;

/** Shows turns as streams, new ones and those that clients come back to. */
public final class TurnStreams {
    private final AgentCalls calls;
    private final Turns turns;
    private final StreamObserver observer;

    public TurnStreams(AgentCalls calls, Turns turns, StreamObserver observer) {
        this.calls = calls;
        this.turns = turns;
        this.observer = observer;
    }

    /** Lends {@code message} for the call. */
    void begin(Request request, Answer responder, Origin origin, ByteBuf message) {
        responder.chargeTo(calls.checkMemory(origin.agent()));
        StreamTurn stream = stream(origin.id(), StreamTurn.NEW, false, responder);
        stream.reads(turns.begin(request.eventLoop(), origin, message, stream));
    }

    void resume(Request request, Answer responder, String id, long after) {
        if (after == StreamTurn.LAST) {
            responder.noContent();
            return;
        }
        if (!EventIds.isPrefix(id)) {
            responder.failure(TurnRequest.UNKNOWN); // no event can bear it
            return;
        }
        boolean readsEvents = TurnRequest.readsEvents(request);
        StreamTurn stream = stream(id, after, readsEvents, responder);
        Origin origin = TurnRequest.known(turns, request, id);
        if (calls.admission().isClosed()) {
            stream.onCut(); // a browser comes back after this, and not after a 503
        } else if (origin == null) {
            stream.onFailure(TurnRequest.UNKNOWN);
        } else {
            Failure refusal = calls.refusal(origin.agent());
            if (refusal != null) {
                stream.onFailure(refusal); // an event to a browser, which stops at a status
                return;
            }
            responder.chargeTo(calls.share(origin.agent()));
            stream.reads(turns.resume(request.eventLoop(), origin, after, stream));
        }
    }

    private StreamTurn stream(String id, long after, boolean readsEvents, Answer responder) {
        DaemonSettings settings = calls.settings();
        return new StreamTurn(
                id,
                after,
                readsEvents,
                responder,
                settings.turns(),
                settings.sse().keepalive(),
                observer);
    }
}
