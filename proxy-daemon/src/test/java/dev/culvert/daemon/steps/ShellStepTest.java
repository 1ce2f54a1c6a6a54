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
import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.daemon.config.Scope;
import dev.culvert.daemon.config.ShellSettings;
import dev.culvert.daemon.config.ToolPolicy;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.steps.StepBench.Ended;
import dev.culvert.io.Workers;
import dev.culvert.policy.Level;
import dev.culvert.policy.PolicyFile;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The step {@code shell}, with real programs. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ShellStepTest {
    private static final String POLICY =
            """
            {"rules": [
              {"decision": "allow", "command": [["echo", "cat", "touch", "env", "false", "head"]]},
              {"decision": "allow", "command": ["sleep"], "timeout": "200ms"},
              {"decision": "allow", "command": ["sh"], "shell": true},
              {"decision": "ask", "command": ["id"]}]}
            """;

    @TempDir Path folder;

    private final StepBench bench = new StepBench();
    private final Workers workers = new Workers("test", 2, 16);
    private final Approvals approvals =
            new Approvals(
                    new MemoryApprovals(),
                    DecisionLog.none(),
                    () -> ApprovalSettings.DEFAULTS,
                    ApprovalObserver.NONE,
                    InstantSource.system());
    private DecisionLog log;
    private ShellSettings shell = ShellSettings.DEFAULTS;
    private ShellStep step;

    @BeforeEach
    void begin() throws Exception {
        log = DecisionLog.in(folder.resolve("state"));
        shell = with(POLICY);
        step =
                new ShellStep(
                        this::settings,
                        Optional.of(folder.resolve("state")),
                        log,
                        new ApproveStep(new HostApprovals(approvals), workers),
                        workers);
    }

    @AfterEach
    void close() {
        step.stop();
        bench.close();
        workers.close();
        log.close();
    }

    private static ShellSettings with(String policy) throws Exception {
        return new ShellSettings(
                Optional.of(
                        new ToolPolicy(
                                Path.of("p"), PolicyFile.read(Level.HOST, "p", policy), policy)),
                Optional.empty(),
                ShellSettings.Confining.UNCONFINED);
    }

    private FlowSettings settings() {
        FlowSettings it = FlowSettings.DEFAULTS;
        return new FlowSettings(
                it.dir(),
                it.env(),
                it.maxRuns(),
                it.maxSteps(),
                it.maxEach(),
                it.eachParallel(),
                it.maxFileBytes(),
                2_000,
                it.maxJournalBytes(),
                it.keep(),
                it.keepCache(),
                it.stepTimeout(),
                it.maxForwards(),
                shell,
                it.mcp());
    }

    private String lines() throws IOException {
        return Files.readString(folder.resolve("state/audit/audit.log"));
    }

    private static Node.Members params(String json) {
        return (Node.Members) Jsonc.read(json.replace('\'', '"'));
    }

    @Test
    void runsAProgramWithoutAShellAndTellsWhatItSaid() throws Exception {
        assertThat(bench.run(step, "{'argv': ['echo', '$HOME', '*']}").json())
                .isEqualTo("{\"status\": 0, \"output\": \"$HOME *\\n\", \"cut\": false}");
        assertThat(bench.run(step, "{'argv': ['cat'], 'input': 'what it reads'}").json())
                .contains("\"output\": \"what it reads\"");
        assertThat(lines()).contains("\"tool\":\"shell\"").contains("\"outcome\":\"allow\"");
    }

    @Test
    void worksInItsFolderBelowTheStateDirectory() throws Exception {
        bench.run(step, "{'argv': ['touch', 'made']}");

        assertThat(folder.resolve("state/work/made")).exists();
        StepFailure out = bench.run(step, "{'argv': ['touch', 'x'], 'directory': '..'}").why();
        assertThat(out.code()).isEqualTo("not_run");
        assertThat(out.sentence()).contains("leads out of");
    }

    @Test
    void getsThePartOfTheEnvironmentThatItsRuleLetsThrough() throws Exception {
        assertThat(bench.run(step, "{'argv': ['env']}").json())
                .contains("HOME=" + folder.resolve("state/work"))
                .doesNotContain("CULVERT_")
                .doesNotContain("JAVA_HOME=");
    }

    @Test
    void whatThePolicyDoesNotAllowIsNotRunAndIsInTheAuditLog() throws Exception {
        StepFailure why = bench.run(step, "{'argv': ['rm', '-r', 'x']}").why();

        assertThat(why)
                .isEqualTo(
                        new StepFailure(
                                "denied",
                                "the policy denies 'rm': no rule of p allows it (flows.shell.policy)",
                                false));
        assertThat(lines()).contains("\"outcome\":\"deny\"").doesNotContain("allow");
    }

    @Test
    void aShellNeedsARuleThatSaysSo() throws Exception {
        shell = with("{\"rules\": [{\"decision\": \"allow\", \"command\": [\"sh\"]}]}");

        assertThat(bench.run(step, "{'argv': ['sh', '-c', 'id']}").why().code())
                .isEqualTo("denied");
    }

    @Test
    void whereThePolicyAsksSomebodyIsAsked() throws Exception {
        CompletableFuture<Ended> ended =
                bench.begin(step, "{'argv': ['id', '-u']}", Caller.ANYBODY);
        Eventually.await(() -> assertThat(approvals.all()).hasSize(1));
        Approval asked = approvals.all().getFirst();
        assertThat(asked.call().why()).startsWith("Run 'id' on the daemon's host? ");
        assertThat(asked.call().arguments()).contains("[\"id\", \"-u\"]");
        assertThat(ended).isNotDone();

        approvals.decide(asked.id(), true, "anna", "");

        assertThat(ended.get(20, TimeUnit.SECONDS).json()).contains("\"status\": 0");
        assertThat(lines()).contains("\"outcome\":\"allow\"");
    }

    @Test
    void aWrongExitStatusIsAFailureUnlessItIsExpected() throws Exception {
        StepFailure why =
                bench.run(step, "{'argv': ['sh', '-c', 'echo no such host; exit 3']}").why();

        assertThat(why)
                .isEqualTo(
                        new StepFailure(
                                "exit_status",
                                "'sh' ended with the exit status 3: no such host",
                                false));
        assertThat(bench.run(step, "{'argv': ['false'], 'statuses': [0, 1]}").json())
                .contains("\"status\": 1");
        assertThat(bench.run(step, "{'argv': ['false'], 'idempotent': true}").why().mayPass())
                .isTrue();
    }

    @Test
    void aProgramThatRunsTooLongIsKilled() throws Exception {
        StepFailure why = bench.run(step, "{'argv': ['sleep', '60']}").why();

        assertThat(why.code()).isEqualTo("timeout");
        assertThat(why.sentence()).startsWith("'sleep' was killed after 0.2 s: ");
    }

    @Test
    void aStepThatIsCancelledLeavesNoProcess() throws Exception {
        bench.begin(
                step, "{'argv': ['sh', '-c', 'sleep 61 & echo $! > it; wait']}", Caller.ANYBODY);
        Path file = folder.resolve("state/work/it");
        Eventually.await(() -> assertThat(file).isNotEmptyFile());
        long pid = Long.parseLong(Files.readString(file).strip());

        bench.loops.next().execute(() -> bench.stops.getFirst().run());

        Eventually.await(
                () -> assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty());
        assertThat(bench.run(step, "{'argv': ['echo', 'next']}").json()).contains("next");
    }

    @Test
    void keepsNoMoreOfTheOutputThanAStepMayHave() throws Exception {
        String json = bench.run(step, "{'argv': ['head', '-c', '100000', '/dev/zero']}").json();

        assertThat(json.length()).isLessThanOrEqualTo(2_000);
        assertThat(json).contains("\"cut\": true");
    }

    @Test
    void onlyWhoMayOperateTheDaemonRunsAny() throws Exception {
        Caller tenant = new Caller("ci", Caller.Kind.TOKEN, "acme", Set.of(Scope.values()), null);

        StepFailure why = bench.run(step, "{'argv': ['echo']}", tenant).why();

        assertThat(why.code()).isEqualTo("forbidden");
        assertThat(Files.size(folder.resolve("state/audit/audit.log"))).isZero();
    }

    @Test
    void withoutAPolicyNoFlowMayHaveSuchAStep() throws Exception {
        shell = ShellSettings.DEFAULTS;

        assertThat(step.refuses(params("{'argv': ['echo']}")))
                .hasValueSatisfying(why -> assertThat(why).contains("flows.shell.policy"));
        assertThat(bench.run(step, "{'argv': ['echo']}").why().code()).isEqualTo("shell_off");
    }

    @Test
    void isRunTwiceOnlyIfItSaysThatThisDoesNoHarm() {
        assertThat(step.isIdempotent(params("{'argv': ['echo']}"))).isFalse();
        assertThat(step.isIdempotent(params("{'argv': ['echo'], 'idempotent': true}"))).isTrue();
        assertThat(step.refuses(params("{'argv': []}"))).isPresent();
    }
}
