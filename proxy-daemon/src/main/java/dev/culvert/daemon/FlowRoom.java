package dev.culvert.daemon;

import dev.culvert.daemon.api.flows.FlowCheckRoute;
import dev.culvert.daemon.api.flows.FlowResumeRoute;
import dev.culvert.daemon.api.flows.FlowRoute;
import dev.culvert.daemon.api.flows.FlowRunRoute;
import dev.culvert.daemon.api.flows.FlowRunsRoute;
import dev.culvert.daemon.api.flows.FlowWhyRoute;
import dev.culvert.daemon.api.flows.FlowsRoute;
import dev.culvert.daemon.api.operations.RecordedRoute;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.flows.FlowFolder;
import dev.culvert.daemon.flows.FlowStep;
import dev.culvert.daemon.flows.FlowStore;
import dev.culvert.daemon.flows.Flows;
import dev.culvert.daemon.flows.StepKind;
import dev.culvert.daemon.flows.StepKinds;
import dev.culvert.daemon.flows.WaitStep;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.operations.Runs;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The flows, with their kinds of steps, their routes and their meters. */
final class FlowRoom implements AutoCloseable {
    private final Supplier<DaemonSettings> settings;
    private final Flows flows;
    private final FlowFolder folder;
    private final List<StepKind> more;
    private @Nullable FlowRunRoute watchers;

    /**
     * Runs nothing before {@link #begin}.
     *
     * @param more kinds of steps
     * @param workers do what blocks
     */
    FlowRoom(
            FlowStore store,
            Supplier<DaemonSettings> settings,
            List<StepKind> more,
            Metrics metrics,
            Workers workers,
            EventLoopGroup loops) {
        this.settings = settings;
        this.more = List.copyOf(more);
        FlowStep ofFlows = new FlowStep();
        StepKinds kinds = new StepKinds(all(ofFlows, more));
        folder = new FlowFolder(() -> settings.get().flows(), kinds);
        flows =
                new Flows(
                        store,
                        () -> settings.get().flows(),
                        kinds,
                        workers,
                        loops,
                        metrics.flows(),
                        System::getenv);
        ofFlows.use(flows, folder);
        measure(metrics);
    }

    private static List<StepKind> all(FlowStep ofFlows, List<StepKind> more) {
        return Stream.concat(Stream.of(new WaitStep(), ofFlows), more.stream()).toList();
    }

    Flows flows() {
        return flows;
    }

    FlowFolder folder() {
        return folder;
    }

    private void measure(Metrics metrics) {
        metrics.gauge("culvert.flow.running", "Runs of flows that go on.", flows::running);
        metrics.gauge(
                "culvert.flow.running.max",
                "How many of these there may be (flows.max_runs).",
                () -> settings.get().flows().maxRuns());
        metrics.gauge(
                "culvert.flow.unknown",
                "Runs of flows that wait for somebody to say what happened to a step.",
                flows::unknown);
        metrics.gauge(
                "culvert.flow.kept",
                "Runs of flows that are known, ended ones too (flows.keep).",
                flows::kept);
    }

    /** The routes, and those of flows. */
    List<Route> with(
            List<Route> routes, Route more, Admission admission, OffLoop offLoop, Runs runs) {
        FlowRunRoute one = new FlowRunRoute(flows, settings, offLoop);
        watchers = one;
        return Stream.concat(
                        routes.stream(),
                        Stream.of(
                                        new FlowsRoute(
                                                folder, () -> settings.get().triggers(), offLoop),
                                        new FlowRoute(folder, offLoop),
                                        new FlowCheckRoute(folder, offLoop),
                                        new FlowRunsRoute(flows, folder, admission, offLoop),
                                        one,
                                        new FlowResumeRoute(flows),
                                        new FlowWhyRoute(flows, offLoop),
                                        more)
                                .map(route -> RecordedRoute.of(route, runs)))
                .toList();
    }

    /**
     * Goes on with what was not over when the daemon ended, and ends what somebody runs whose token
     * ends. Blocks.
     *
     * @param ofTriggers a caller that is a trigger, with its rights of now; null if it is gone
     */
    void begin(Auth auth, UnaryOperator<@Nullable Caller> ofTriggers) throws IOException {
        Callers callers = auth.callers();
        flows.restore(before ->
                before != null && before.kind() == Caller.Kind.TRIGGER
                        ? ofTriggers.apply(before)
                        : again(callers, before));
        auth.tokens().listen(flows::checkCallers);
    }

    /** Of a user of a Unix socket only the name is known later: it has the rights of then. */
    private static @Nullable Caller again(Callers callers, Caller before) {
        return before.kind() == Caller.Kind.UNIX ? before : callers.again(before);
    }

    /** Ends the streams of those who follow runs. */
    void endStreams() {
        if (watchers != null) {
            watchers.close();
        }
    }

    /** Stops where it is: the next daemon goes on. */
    @Override
    public void close() {
        endStreams();
        flows.close();
        more.forEach(StepKind::stop);
    }
}
