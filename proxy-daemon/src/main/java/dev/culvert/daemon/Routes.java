package dev.culvert.daemon;

import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.api.AgentCalls;
import dev.culvert.daemon.api.OffLoop;
import dev.culvert.daemon.api.admin.HealthRoute;
import dev.culvert.daemon.api.admin.MetricsRoute;
import dev.culvert.daemon.api.admin.OpenApiRoute;
import dev.culvert.daemon.api.admin.ReloadRoute;
import dev.culvert.daemon.api.agents.AgentRoute;
import dev.culvert.daemon.api.agents.AgentsRoute;
import dev.culvert.daemon.api.agents.ConfigRoute;
import dev.culvert.daemon.api.agents.ContextRoute;
import dev.culvert.daemon.api.agents.EventsRoute;
import dev.culvert.daemon.api.agents.PingRoute;
import dev.culvert.daemon.api.turns.AgentTurnsRoute;
import dev.culvert.daemon.api.turns.MessageRoute;
import dev.culvert.daemon.api.turns.ResumeRoute;
import dev.culvert.daemon.api.turns.StreamedMessageRoute;
import dev.culvert.daemon.api.turns.TurnRoute;
import dev.culvert.daemon.home.HomeLinks;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.turn.Turns;
import java.util.List;

/** What clients can ask for: every route of the daemon. */
final class Routes implements AutoCloseable {
    private final AgentCalls calls;
    private final Turns turns;
    private final TurnAnswers answers;
    private final Metrics metrics;
    private final OffLoop offLoop;
    private final EventsRoute events;

    Routes(AgentCalls calls, Turns turns, TurnAnswers answers, Metrics metrics, OffLoop offLoop) {
        this.calls = calls;
        this.turns = turns;
        this.answers = answers;
        this.metrics = metrics;
        this.offLoop = offLoop;
        events = new EventsRoute(calls, metrics.links()::openTo);
    }

    List<Route> all(HomeLinks homes, ReloadRoute.Reload reload) {
        return List.of(
                // Turns.
                new MessageRoute(calls, answers),
                new StreamedMessageRoute(calls, answers),
                new ResumeRoute(answers),
                new TurnRoute(turns, answers, calls),
                new AgentTurnsRoute(calls, turns),
                // Agents.
                new ContextRoute(calls),
                new ConfigRoute(calls, homes, offLoop),
                new PingRoute(calls),
                new AgentsRoute(calls, events),
                new AgentRoute(calls, metrics.links()::openTo, offLoop),
                events,
                // The daemon itself.
                new HealthRoute(calls),
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
