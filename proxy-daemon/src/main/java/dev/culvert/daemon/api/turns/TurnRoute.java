package dev.culvert.daemon.api.turns;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.turn.Endings;
import dev.culvert.daemon.turn.TurnRequest;
import dev.culvert.daemon.turn.TurnStatus;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.link.Failure;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /turns/{turn}} shows the state of a turn. {@code DELETE} stops it, and answers once
 * the agent has stopped its runtime.
 */
public final class TurnRoute implements Route {
    private final Turns turns;
    private final TurnAnswers answers;
    private final Supplier<DaemonSettings> settings;

    public TurnRoute(Turns turns, TurnAnswers answers, Supplier<DaemonSettings> settings) {
        this.turns = turns;
        this.answers = answers;
        this.settings = settings;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.DELETE);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/turns/{turn}");
    }

    @Override
    public Need need(HttpMethod method) {
        return method.equals(HttpMethod.GET) ? Need.READ_AGENTS : Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        TurnRequest wanted = answers.known(request, request.parameter("turn"));
        if (wanted == null) {
            answer.failure(TurnAnswers.UNKNOWN);
        } else if (!request.method().equals(HttpMethod.DELETE)) {
            String id = request.parameter("turn");
            turns.look(request.eventLoop(), id, status -> tell(id, status, answer));
        } else {
            turns.delete(request.eventLoop(), wanted, failure -> tell(failure, answer));
        }
    }

    private void tell(String id, @Nullable TurnStatus status, Answer answer) {
        if (!answer.isOpen()) {
            return;
        }
        if (status == null) {
            answer.problem(notKnownHere(id));
        } else {
            answer.json(OK, Json.object(json -> TurnJson.writeAll(json, status)));
        }
    }

    private Problem notKnownHere(String id) {
        return Problem.of(
                        NOT_FOUND,
                        "This daemon does not know the state of the turn: the turn was last read before the daemon was started, or over %.0f s ago (turns.remember), or has not begun. GET /api/v1/turns/%s/stream asks the agent."
                                .formatted(
                                        settings.get().turns().remember().toMillis() / 1000.0, id))
                .member("code", "not_known_here");
    }

    private static void tell(@Nullable Failure failure, Answer answer) {
        if (failure == null || Endings.isEndOfTurn(failure)) {
            answer.noContent();
        } else {
            answer.failure(failure);
        }
    }
}
