package dev.culvert.daemon.front.responses;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.http.Denials;
import dev.culvert.daemon.http.LargeRequests;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.TokenUsage;
import dev.culvert.daemon.turn.Turns;
import java.util.List;
import java.util.function.Consumer;

/** What clients of OpenAI's Responses API can ask. */
public final class ResponsesFront {
    private ResponsesFront() {}

    /**
     * Goes on with the turns that ran without their clients when the daemon stopped.
     *
     * @param used is told what each of them took
     */
    public static void resume(
            RestoredResponses restored,
            Turns turns,
            Callers callers,
            Denials denials,
            Consumer<TokenUsage> used) {
        ResumedTurn.Means means = new ResumedTurn.Means(turns, callers, denials, used);
        restored.resumed().forEach(it -> it.begin(means));
        restored.resumed().clear();
    }

    /** The routes below {@code /v1/responses}. */
    public static List<Route> routes(
            AgentAccess access,
            TurnAnswers answers,
            KeptResponses responses,
            LargeRequests requests) {
        return List.of(
                new ResponsesRoute(access, answers, responses, requests),
                new ResponseRoute(answers, responses),
                new CancelRoute(responses),
                new InputItemsRoute(responses, requests));
    }
}
