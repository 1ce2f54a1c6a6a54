package dev.culvert.daemon.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.approvals.Approval;
import dev.culvert.daemon.approvals.ApprovalObserver;
import dev.culvert.daemon.approvals.Approvals;
import dev.culvert.daemon.approvals.DecisionLog;
import dev.culvert.daemon.approvals.HostApprovals;
import dev.culvert.daemon.approvals.MemoryApprovals;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.ApprovalSettings;
import dev.culvert.daemon.steps.StepBench.Ended;
import dev.culvert.io.Workers;
import dev.culvert.testing.Eventually;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ApproveStepTest {
    private static final String PARAMS =
            "{'question': 'Go on with 3 hosts?', 'details': {'hosts': 3}}";

    private final StepBench bench = new StepBench();
    private final Workers workers = new Workers("test", 1, 16);
    private final Approvals approvals =
            new Approvals(
                    new MemoryApprovals(),
                    DecisionLog.none(),
                    () -> ApprovalSettings.DEFAULTS,
                    ApprovalObserver.NONE,
                    InstantSource.system());
    private final ApproveStep step = new ApproveStep(new HostApprovals(approvals), workers);

    @AfterEach
    void close() {
        bench.close();
        workers.close();
    }

    private Approval begin() {
        Eventually.await(() -> assertThat(approvals.all()).hasSize(1));
        return approvals.all().getFirst();
    }

    private static Ended end(CompletableFuture<Ended> ended) throws Exception {
        return ended.get(20, TimeUnit.SECONDS);
    }

    @Test
    void goesOnWhenSomebodyAllowsIt() throws Exception {
        CompletableFuture<Ended> ended = bench.begin(step, PARAMS, Caller.ANYBODY);
        Approval asked = begin();
        assertThat(asked.agent()).isEqualTo("flow:fr_1");
        assertThat(asked.tenant()).isEqualTo("default");
        assertThat(asked.call().why()).isEqualTo("Go on with 3 hosts?");
        assertThat(asked.call().arguments())
                .isEqualTo("{\"question\": \"Go on with 3 hosts?\", \"details\": {\"hosts\": 3}}");
        assertThat(ended).isNotDone();

        approvals.decide(asked.id(), true, "anna", "looks good");

        assertThat(end(ended).json())
                .isEqualTo(
                        "{\"decided_by\": \"anna\", \"reason\": \"looks good\", \"approval\": \"%s\"}"
                                .formatted(asked.id()));
        assertThat(approvals.all().getFirst().state(approvals.now()))
                .isEqualTo(Approval.State.USED);
    }

    @Test
    void failsWhenSomebodyDeniesIt() throws Exception {
        CompletableFuture<Ended> ended = bench.begin(step, PARAMS, Caller.ANYBODY);

        approvals.decide(begin().id(), false, "anna", "not on a Friday");

        assertThat(end(ended).why().code()).isEqualTo("denied");
        assertThat(end(ended).why().sentence()).isEqualTo("anna has denied it: not on a Friday");
        assertThat(end(ended).why().mayPass()).isFalse();
    }

    @Test
    void askedAgainAfterARestartItIsTheSameQuestion() throws Exception {
        CompletableFuture<Ended> before = bench.begin(step, PARAMS, Caller.ANYBODY);
        Approval asked = begin();
        CompletableFuture<Ended> after = bench.begin(step, PARAMS, Caller.ANYBODY);

        approvals.decide(asked.id(), true, "anna", "");

        assertThat(end(after).json()).contains(asked.id());
        assertThat(end(before).json()).contains(asked.id());
        assertThat(approvals.all()).hasSize(1);
        assertThat(bench.run(step, PARAMS).json()).contains("anna");
    }

    @Test
    void saysWhatTimesLookLike() throws Exception {
        Ended ended = bench.run(step, "{'question': 'x', 'within': 'soon'}");

        assertThat(ended.why().sentence()).contains("approve.within is 'soon'");
    }
}
