package dev.culvert.daemon.front.mcp;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.http.LargeRequests;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.operations.RecentLog;
import java.util.List;
import java.util.function.Supplier;

/** What clients of the Model Context Protocol can ask. */
public final class McpFront {
    /** Its one path. */
    public static final String PATH = "/mcp";

    private McpFront() {}

    /**
     * The routes of the front.
     *
     * @param log which operators can read
     */
    public static List<Route> routes(
            AgentAccess access,
            TurnAnswers answers,
            RecentLog log,
            Supplier<DaemonSettings> settings,
            LargeRequests requests,
            McpObserver observer) {
        Asking asking = new Asking();
        AskTool ask = new AskTool(access, answers, asking, requests, settings);
        return List.of(
                new McpRoute(
                        new Tools(ask, settings, observer),
                        new Resources(access, log, settings),
                        asking,
                        requests));
    }
}
