package dev.culvert.daemon.front.anthropic;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.http.LargeRequests;
import dev.culvert.daemon.http.Route;
import java.util.List;

/** What clients of Anthropic's API can ask. */
public final class AnthropicFront {
    /** What its paths begin with. */
    public static final String PREFIX = "/v1/messages";

    private AnthropicFront() {}

    public static List<Route> routes(
            AgentAccess access, TurnAnswers answers, LargeRequests requests) {
        return List.of(
                new MessagesRoute(access, answers, requests),
                new CountTokensRoute(access, requests));
    }
}
