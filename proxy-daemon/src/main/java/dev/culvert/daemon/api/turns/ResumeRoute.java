package dev.culvert.daemon.api.turns;

import dev.culvert.daemon.answer.Following;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/**
 * {@code GET /turns/{turn}/stream}: streams a turn from where the client was, or with {@code
 * watch=1} along with the client that reads it.
 */
public final class ResumeRoute implements Route {
    private final TurnAnswers answers;
    private final Following following;

    public ResumeRoute(TurnAnswers answers, Following following) {
        this.answers = answers;
        this.following = following;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/turns/{turn}/stream");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    /** GET takes the turn over from its reader, unless it watches; HEAD must not. */
    @Override
    public boolean answersHead() {
        return false;
    }

    @Override
    public boolean goesOn(Head head, List<String> values) {
        return answers.isKnown(values.getFirst());
    }

    /** A browser reconnects to the same URL: the header tells where it is now. */
    @Override
    public void handle(Request request, Answer answer) {
        String turn = request.parameter("turn");
        LastEvent last = LastEvent.of(request);
        if (last != null && !last.turn().equals(turn)) {
            throw ProblemException.badRequest(
                    "The header 'last-event-id' belongs to another turn than the path.");
        }
        LastEvent from = last == null ? new LastEvent(turn, LastEvent.after(request)) : last;
        if (isWatch(request)) {
            from.watch(answers, following, request, answer);
        } else {
            from.resume(answers, following, request, answer);
        }
    }

    /** Whether the client only reads along with the turn's reader. */
    private static boolean isWatch(Request request) {
        String watch = request.query("watch");
        if (watch == null || watch.equals("0")) {
            return false;
        } else if (watch.equals("1")) {
            return true;
        }
        throw ProblemException.badRequest("The query parameter 'watch' takes 0 or 1.");
    }
}
