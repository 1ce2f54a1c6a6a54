package dev.culvert.daemon;

import dev.culvert.daemon.approvals.HostApprovals;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.MemorySettings;
import dev.culvert.daemon.flows.StepKind;
import dev.culvert.daemon.http.OwnRequests;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.outgoing.OutgoingCalls;
import dev.culvert.daemon.steps.ApproveStep;
import dev.culvert.daemon.steps.CheckStep;
import dev.culvert.daemon.steps.ForwardStep;
import dev.culvert.daemon.steps.HostTools;
import dev.culvert.daemon.steps.HttpStep;
import dev.culvert.daemon.steps.LlmStep;
import dev.culvert.daemon.steps.MessageStep;
import dev.culvert.daemon.steps.OwnAnswer;
import dev.culvert.daemon.steps.ShellStep;
import dev.culvert.daemon.steps.ToolStep;
import dev.culvert.daemon.steps.TunnelStep;
import dev.culvert.io.Account;
import dev.culvert.io.Shares;
import dev.culvert.io.Workers;
import dev.culvert.transport.EventLoops;
import java.util.List;
import java.util.function.Supplier;

/** What steps of flows can do, besides what the engine of flows does itself. */
final class StepRoom {
    private final OwnRequests own;
    private final Supplier<DaemonSettings> settings;
    private final Metrics metrics;

    /**
     * Steps that ask the daemon's own routes are refused before {@link #serve}.
     *
     * @param account is charged for answers that wait
     */
    StepRoom(Account account, Supplier<DaemonSettings> settings, Metrics metrics) {
        this.settings = settings;
        this.metrics = metrics;
        own =
                new OwnRequests(
                        new Shares<>(
                                account,
                                MemorySettings.CLIENT_SHARE,
                                () -> settings.get().memory().clientShare()),
                        metrics.http());
    }

    /**
     * Every kind.
     *
     * @param workers do what blocks
     */
    List<StepKind> kinds(
            EventLoops loops,
            Workers workers,
            Kept kept,
            HostApprovals approvals,
            ForwardStep.Reach reach) {
        OwnAnswer answers = new OwnAnswer(own, this::mostBytes);
        ApproveStep approve = new ApproveStep(approvals, workers);
        ShellStep shell =
                new ShellStep(
                        () -> settings.get().flows(),
                        kept.directory(),
                        kept.decisions(),
                        approve,
                        workers);
        ForwardStep forward = new ForwardStep(() -> settings.get().flows(), loops, reach);
        metrics.gauge(
                "culvert.flow.forwards",
                "Ports to agents that steps `forward` keep open.",
                forward::count);
        metrics.gauge(
                "culvert.flow.forwards.max",
                "How many of these there may be (flows.max_forwards).",
                () -> settings.get().flows().maxForwards());
        metrics.gauge(
                "culvert.flow.programs",
                "Programs of steps `shell` that run, or wait for the one that does.",
                shell::running);
        return List.of(
                new HttpStep(
                        new OutgoingCalls(loops.transport()),
                        workers,
                        () -> settings.get().checks(),
                        this::mostBytes),
                new CheckStep(answers),
                new MessageStep(answers),
                new LlmStep(answers),
                new ToolStep(
                        answers,
                        new HostTools(() -> settings.get().flows(), kept.directory(), loops),
                        this::mostBytes),
                new TunnelStep(answers),
                forward,
                shell,
                approve);
    }

    private int mostBytes() {
        return settings.get().flows().maxOutputBytes();
    }

    /** From now on steps can ask these routes. */
    void serve(Router router) {
        own.serve(router);
    }
}
