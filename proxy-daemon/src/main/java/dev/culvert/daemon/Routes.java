package dev.culvert.daemon;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.api.OffLoop;
import dev.culvert.daemon.api.admin.HealthRoute;
import dev.culvert.daemon.api.admin.MetricsRoute;
import dev.culvert.daemon.api.admin.OpenApiRoute;
import dev.culvert.daemon.api.admin.ReloadRoute;
import dev.culvert.daemon.api.agents.AgentCalls;
import dev.culvert.daemon.api.agents.AgentRoute;
import dev.culvert.daemon.api.agents.AgentsRoute;
import dev.culvert.daemon.api.agents.ConfigRoute;
import dev.culvert.daemon.api.agents.ContextRoute;
import dev.culvert.daemon.api.agents.EventsRoute;
import dev.culvert.daemon.api.agents.PingRoute;
import dev.culvert.daemon.api.tokens.RotateRoute;
import dev.culvert.daemon.api.tokens.TokenRoute;
import dev.culvert.daemon.api.tokens.TokensRoute;
import dev.culvert.daemon.api.turns.AgentTurnsRoute;
import dev.culvert.daemon.api.turns.MessageRoute;
import dev.culvert.daemon.api.turns.ResumeRoute;
import dev.culvert.daemon.api.turns.StreamedMessageRoute;
import dev.culvert.daemon.api.turns.TurnRoute;
import dev.culvert.daemon.api.turns.TurnsRoute;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.home.HomeLinks;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.io.Account;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What clients can ask: every route of the daemon. */
final class Routes implements AutoCloseable {
    private final AgentAccess access;
    private final Admission admission;
    private final Supplier<DaemonSettings> settings;
    private final Metrics metrics;
    private final OffLoop offLoop;
    private final EventsRoute events;

    Routes(
            AgentAccess access,
            Admission admission,
            Supplier<DaemonSettings> settings,
            Account account,
            Metrics metrics,
            OffLoop offLoop) {
        this.access = access;
        this.admission = admission;
        this.settings = settings;
        this.metrics = metrics;
        this.offLoop = offLoop;
        events = new EventsRoute(access, admission, account, settings);
    }

    Router router(
            Callers callers,
            List<Route> ofTurns,
            List<Route> ofAgents,
            List<Route> ofTokens,
            List<Route> ofTheDaemon) {
        return new Router(
                Stream.of(ofTurns, ofAgents, ofTokens, ofTheDaemon).flatMap(List::stream).toList(),
                metrics.http(),
                callers);
    }

    List<Route> ofTurns(Turns turns, TurnAnswers answers) {
        return List.of(
                new MessageRoute(access, answers),
                new StreamedMessageRoute(access, answers),
                new ResumeRoute(answers),
                new TurnsRoute(access, turns),
                new TurnRoute(turns, answers, settings),
                new AgentTurnsRoute(access, turns));
    }

    List<Route> ofAgents(AgentCalls calls, HomeLinks homes) {
        return List.of(
                new ContextRoute(access, calls, settings),
                new PingRoute(access, calls, admission, settings),
                new ConfigRoute(access, admission, homes, offLoop),
                new AgentsRoute(access, events, settings),
                new AgentRoute(access, admission, settings, offLoop),
                events);
    }

    List<Route> ofTokens(Tokens tokens) {
        return List.of(
                new TokensRoute(tokens, admission, settings, offLoop),
                new TokenRoute(tokens, offLoop),
                new RotateRoute(tokens, offLoop));
    }

    List<Route> ofTheDaemon(ReloadRoute.Reload reload) {
        return List.of(
                new HealthRoute(access, admission),
                new ReloadRoute(reload, offLoop),
                new MetricsRoute(metrics::scrape, offLoop),
                new OpenApiRoute());
    }

    /** Ends the streams that would go on for as long as their clients want. */
    @Override
    public void close() {
        events.close();
    }
}
