package dev.culvert.daemon;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.api.admin.AuditRoute;
import dev.culvert.daemon.api.admin.BackupRoute;
import dev.culvert.daemon.api.admin.DaemonState;
import dev.culvert.daemon.api.admin.DatabaseCare;
import dev.culvert.daemon.api.admin.DatabaseRoute;
import dev.culvert.daemon.api.admin.DrainRoute;
import dev.culvert.daemon.api.admin.DumpRoute;
import dev.culvert.daemon.api.admin.ElsewhereRoute;
import dev.culvert.daemon.api.admin.FleetExportRoute;
import dev.culvert.daemon.api.admin.HealthRoute;
import dev.culvert.daemon.api.admin.LogLevelRoute;
import dev.culvert.daemon.api.admin.LogRoute;
import dev.culvert.daemon.api.admin.MetricsRoute;
import dev.culvert.daemon.api.admin.MovedRoute;
import dev.culvert.daemon.api.admin.OpenApiRoute;
import dev.culvert.daemon.api.admin.ReloadRoute;
import dev.culvert.daemon.api.admin.SettingsRoute;
import dev.culvert.daemon.api.admin.StatusRoute;
import dev.culvert.daemon.api.agents.AgentCalls;
import dev.culvert.daemon.api.agents.AgentDrainRoute;
import dev.culvert.daemon.api.agents.AgentQuiesceRoute;
import dev.culvert.daemon.api.agents.AgentRoute;
import dev.culvert.daemon.api.agents.AgentsRoute;
import dev.culvert.daemon.api.agents.ConfigRoute;
import dev.culvert.daemon.api.agents.ContextRoute;
import dev.culvert.daemon.api.agents.EventsRoute;
import dev.culvert.daemon.api.agents.PingRoute;
import dev.culvert.daemon.api.checks.MachineRoute;
import dev.culvert.daemon.api.operations.OperationRoute;
import dev.culvert.daemon.api.operations.OperationsRoute;
import dev.culvert.daemon.api.operations.RecordedRoute;
import dev.culvert.daemon.api.operations.RunRoute;
import dev.culvert.daemon.api.operations.RunsRoute;
import dev.culvert.daemon.api.tokens.RotateRoute;
import dev.culvert.daemon.api.tokens.TokenRoute;
import dev.culvert.daemon.api.tokens.TokensRoute;
import dev.culvert.daemon.api.turns.AgentTurnsRoute;
import dev.culvert.daemon.api.turns.ContinueRoute;
import dev.culvert.daemon.api.turns.MessageRoute;
import dev.culvert.daemon.api.turns.ResumeRoute;
import dev.culvert.daemon.api.turns.StreamedMessageRoute;
import dev.culvert.daemon.api.turns.TurnRoute;
import dev.culvert.daemon.api.turns.TurnsRoute;
import dev.culvert.daemon.approvals.DecisionLog;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.SettingsInForce;
import dev.culvert.daemon.continuations.Continuations;
import dev.culvert.daemon.dashboard.Dashboard;
import dev.culvert.daemon.front.anthropic.AnthropicFront;
import dev.culvert.daemon.front.anthropic.AnthropicProblems;
import dev.culvert.daemon.front.mcp.McpFront;
import dev.culvert.daemon.front.mcp.McpProblems;
import dev.culvert.daemon.front.openai.OpenAiFront;
import dev.culvert.daemon.front.openai.OpenAiProblems;
import dev.culvert.daemon.front.responses.KeptResponses;
import dev.culvert.daemon.front.responses.ResponsesFront;
import dev.culvert.daemon.home.HomeLinks;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.LargeRequests;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.OtherHosts;
import dev.culvert.daemon.http.ProblemFormats;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.operations.RecentLog;
import dev.culvert.daemon.operations.Runs;
import dev.culvert.daemon.providers.ProviderRoom;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.io.Account;
import dev.culvert.io.LogLevels;
import dev.culvert.io.LogStream;
import io.netty.channel.EventLoopGroup;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What clients can ask: every route of the daemon. */
final class Routes implements AutoCloseable {
    private final AgentAccess access;
    private final Admission admission;
    private final Supplier<DaemonSettings> settings;
    private final Metrics metrics;
    private final OffLoop offLoop;
    private final HealthRoute.Readiness readiness;
    private final EventsRoute events;
    private final Runs runs;
    private final CheckRoom checks;
    private final RecentLog log;
    private @Nullable AgentRooms rooms;

    Routes(
            AgentAccess access,
            Admission admission,
            Supplier<DaemonSettings> settings,
            Account account,
            Metrics metrics,
            OffLoop offLoop,
            HealthRoute.Readiness readiness) {
        this.readiness = readiness;
        this.access = access;
        this.admission = admission;
        this.settings = settings;
        this.metrics = metrics;
        this.offLoop = offLoop;
        runs =
                new Runs(
                        () -> settings.get().operations().keep(),
                        () -> settings.get().operations().keepBytes());
        log =
                new RecentLog(
                        () -> settings.get().operations().log().keep(),
                        () -> settings.get().operations().log().keepBytes());
        runs.tell(log);
        LogStream.listen(entry -> {
            log.add(entry, Runs.current());
            return runs.onLogged(entry);
        });
        new Meters(metrics, settings).of(runs).of(log);
        checks = new CheckRoom(settings, metrics);
        events = new EventsRoute(access, admission, account, settings);
    }

    /** How clients are told why a request failed. */
    static ProblemFormats problems() {
        return new ProblemFormats(
                Map.of(
                        "/v1",
                        new OpenAiProblems(),
                        AnthropicFront.PREFIX,
                        new AnthropicProblems(),
                        ProviderRoom.ANY + "/v1",
                        new OpenAiProblems(),
                        ProviderRoom.ANY + AnthropicFront.PREFIX,
                        new AnthropicProblems(),
                        McpFront.PATH,
                        new McpProblems()));
    }

    CheckRoom checks() {
        return checks;
    }

    Runs runs() {
        return runs;
    }

    /** For the listeners of clients; those whom nobody knows are told where operators ask. */
    Router forClients(
            Callers callers,
            List<Route> ofClients,
            List<Route> ofOperators,
            AdminListener operators,
            OtherHosts otherHosts) {
        return router(
                callers,
                ofClients.stream(),
                ofOperators.stream().map(route -> new ElsewhereRoute(route, operators::addresses)),
                otherHosts);
    }

    /** For the admin sockets: their files' permissions decide who calls. */
    Router forOperators(Callers callers, List<Route> ofClients, List<Route> ofOperators) {
        return router(callers, ofClients.stream(), ofOperators.stream(), OtherHosts.NONE);
    }

    private Router router(
            Callers callers,
            Stream<? extends Route> some,
            Stream<? extends Route> others,
            OtherHosts otherHosts) {
        return new Router(
                Stream.<Route>concat(some, others).toList(), metrics.http(), callers, otherHosts);
    }

    private Route recorded(Route route) {
        return RecordedRoute.of(route, runs);
    }

    /**
     * What clients can ask.
     *
     * @param more of parts that bring their own
     */
    List<Route> ofClients(
            Turns turns,
            TurnAnswers answers,
            HomeLinks homes,
            Tokens tokens,
            KeptResponses responses,
            Continuations continuations,
            List<Route> more,
            AgentRooms ofRooms) {
        rooms = ofRooms;
        LargeRequests large = new LargeRequests(offLoop);
        return Stream.of(
                        ofTurns(turns, answers, continuations),
                        OpenAiFront.routes(access, answers),
                        ResponsesFront.routes(access, answers, responses, large),
                        AnthropicFront.routes(access, answers, large),
                        McpFront.routes(access, answers, log, settings, large, metrics.mcp()),
                        ofAgents(homes),
                        ofRooms.routes(access, admission, offLoop),
                        ofTokens(tokens),
                        more,
                        checks.routes(access, admission),
                        ofTheDaemon(),
                        Dashboard.routes())
                .flatMap(List::stream)
                .map(this::recorded)
                .toList();
    }

    private List<Route> ofTurns(Turns turns, TurnAnswers answers, Continuations continuations) {
        return List.of(
                new MessageRoute(access, answers, continuations),
                new StreamedMessageRoute(access, answers, continuations),
                new ResumeRoute(answers, continuations),
                new ContinueRoute(access, answers, continuations, offLoop),
                new TurnsRoute(access, turns),
                new TurnRoute(turns, answers, settings),
                new AgentTurnsRoute(access, turns));
    }

    private List<Route> ofAgents(HomeLinks homes) {
        AgentCalls calls = new AgentCalls();
        return List.of(
                new ContextRoute(access, calls, settings),
                new PingRoute(access, calls, admission, settings),
                new ConfigRoute(access, admission, homes, offLoop),
                new AgentsRoute(access, events, settings),
                new AgentRoute(access, admission, settings, offLoop),
                new AgentDrainRoute(access, admission),
                new AgentQuiesceRoute(access, admission, homes, settings),
                events);
    }

    private List<Route> ofTokens(Tokens tokens) {
        return List.of(
                new TokensRoute(tokens, admission, settings, offLoop),
                new TokenRoute(tokens, offLoop),
                new RotateRoute(tokens, offLoop));
    }

    private List<Route> ofTheDaemon() {
        return List.of(
                new HealthRoute(access, admission, readiness),
                new MetricsRoute(metrics::scrape, offLoop),
                new OpenApiRoute(),
                new MovedRoute(),
                new OperationsRoute(),
                new OperationRoute(settings),
                new RunsRoute(runs),
                new RunRoute(runs));
    }

    List<Route> ofOperators(
            ReloadRoute.Reload reload,
            Supplier<List<SettingsInForce.Row>> inForce,
            Listeners clients,
            AdminListener operators,
            Turns turns,
            EventLoopGroup loops,
            Optional<DatabaseCare> database) {
        DaemonState state =
                new DaemonState(
                        Instant.now(),
                        clients::addresses,
                        operators::addresses,
                        turns,
                        metrics.http()::recentFailures);
        return Stream.of(
                        new ReloadRoute(reload, offLoop),
                        new SettingsRoute(inForce, offLoop),
                        new DrainRoute(admission, turns::count),
                        new LogLevelRoute(LogLevels.find()),
                        new StatusRoute(access, admission, state),
                        new LogRoute(log),
                        new AuditRoute(
                                () -> settings.get().stateDir().map(DecisionLog::file), offLoop),
                        new DumpRoute(loops, offLoop),
                        new MachineRoute(() -> settings.get().stateDir(), offLoop),
                        new FleetExportRoute(access, offLoop),
                        new DatabaseRoute(database, offLoop),
                        new BackupRoute(database, offLoop))
                .map(this::recorded)
                .toList();
    }

    /** Ends the streams that would go on for as long as their clients want. */
    @Override
    public void close() {
        events.close();
        checks.close();
        if (rooms != null) {
            rooms.close();
        }
    }
}
