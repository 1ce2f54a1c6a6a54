package dev.culvert.daemon.front.responses;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.http.LargeRequests;
import dev.culvert.daemon.http.Route;
import java.util.List;

/** What clients of OpenAI's Responses API can ask. */
public final class ResponsesFront {
    private ResponsesFront() {}

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
