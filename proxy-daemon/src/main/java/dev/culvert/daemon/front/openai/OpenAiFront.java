package dev.culvert.daemon.front.openai;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.http.Route;
import java.time.Instant;
import java.util.List;

/** What clients of OpenAI's API can ask. */
public final class OpenAiFront {
    private OpenAiFront() {}

    /** The routes below {@code /v1}. */
    public static List<Route> routes(AgentAccess access, TurnAnswers answers) {
        long started = Instant.now().getEpochSecond();
        return List.of(
                new ChatRoute(access, answers),
                new ModelsRoute(access, started),
                new ModelRoute(access, started, false),
                new ModelRoute(access, started, true));
    }
}
