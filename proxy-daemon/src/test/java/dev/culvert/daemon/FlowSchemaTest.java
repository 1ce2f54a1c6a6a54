package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.approvals.ApprovalObserver;
import dev.culvert.daemon.approvals.Approvals;
import dev.culvert.daemon.approvals.DecisionLog;
import dev.culvert.daemon.approvals.HostApprovals;
import dev.culvert.daemon.approvals.MemoryApprovals;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.config.ApprovalSettings;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.DatabaseSettings;
import dev.culvert.daemon.flows.FlowSchema;
import dev.culvert.daemon.flows.FlowStep;
import dev.culvert.daemon.flows.StepKind;
import dev.culvert.daemon.flows.StepKinds;
import dev.culvert.daemon.flows.WaitStep;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.reach.Tunnels;
import dev.culvert.daemon.state.StateDir;
import dev.culvert.daemon.steps.ForwardStep;
import dev.culvert.io.Account;
import dev.culvert.io.Workers;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import dev.culvert.transport.EventLoops;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JSON Schema of flow files, which {@code culvert flow schema} prints. */
@Timeout(60)
class FlowSchemaTest {
    private static final Path FILE =
            Path.of("src/main/resources/dev/culvert/daemon/client/command/flow.schema.json");

    private static Node schema() throws IOException {
        return Jsonc.read(Files.readString(FILE));
    }

    private static List<String> mistakes(String flow) throws IOException {
        return new SchemaCheck(schema()).mistakes(Jsonc.read(flow));
    }

    /** Set CULVERT_WRITE_REFERENCES=1 to write it anew. */
    @Test
    void isWhatTheReaderAndTheKindsOfStepsTake() throws Exception {
        String made = FlowSchema.of(kinds());
        if (System.getenv("CULVERT_WRITE_REFERENCES") != null) {
            Files.writeString(FILE, made);
        }

        assertThat(Files.readString(FILE)).isEqualTo(made);
    }

    /** Those of a daemon. */
    private static StepKinds kinds() throws IOException {
        DaemonSettings settings = DaemonSettings.DEFAULTS;
        Metrics metrics = new Metrics();
        try (EventLoops loops = EventLoops.start(1, "schema");
                Workers workers = new Workers("schema", 1, 1);
                Kept kept =
                        new Kept(
                                StateDir.open(Optional.empty()),
                                DatabaseSettings.DEFAULTS,
                                metrics)) {
            Approvals approvals =
                    new Approvals(
                            new MemoryApprovals(),
                            DecisionLog.none(),
                            () -> ApprovalSettings.DEFAULTS,
                            ApprovalObserver.NONE,
                            InstantSource.system());
            List<StepKind> more =
                    new StepRoom(new Account(settings.memory().limits()), () -> settings, metrics)
                            .kinds(
                                    loops,
                                    workers,
                                    kept,
                                    new HostApprovals(approvals),
                                    new ForwardStep.Reach(
                                            _ -> {
                                                throw new AssertionError();
                                            },
                                            Callers.anybody(),
                                            new Tunnels(
                                                    settings::reach,
                                                    loops.transport(),
                                                    metrics.tunnels(),
                                                    _ -> true)));
            more.forEach(StepKind::stop);
            return new StepKinds(
                    Stream.concat(Stream.of(new WaitStep(), new FlowStep()), more.stream())
                            .toList());
        }
    }

    @Test
    void everyExampleFits() throws Exception {
        List<Path> examples;
        try (Stream<Path> files = Files.list(Path.of("dist/flows"))) {
            examples = files.filter(it -> it.toString().endsWith(".jsonc")).toList();
        }

        assertThat(examples).isNotEmpty();
        for (Path example : examples) {
            assertThat(mistakes(Files.readString(example))).as(example.toString()).isEmpty();
        }
    }

    @Test
    void theFlowsAndStepsOfThePageFit() throws Exception {
        Matcher block =
                Pattern.compile("(?s)```json\\n(.*?)```")
                        .matcher(Files.readString(Path.of("docs/flows.md")));
        List<String> flows = new ArrayList<>();
        while (block.find()) {
            String text = block.group(1).strip();
            if (text.contains("\"steps\"")) {
                flows.add(text);
            } else if (text.contains("\"llm\": {")) {
                flows.add("{\"name\": \"f\", \"steps\": {" + text + "}}");
            }
        }

        assertThat(flows).hasSizeGreaterThanOrEqualTo(2);
        for (String flow : flows) {
            assertThat(mistakes(flow)).as(flow).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"steps\": {\"a\": {\"wait\": {\"for\": \"1s\"}}}}",
                "{\"name\": \"f\", \"steps\": {}}",
                "{\"name\": \"f\", \"steps\": {\"a\": {\"wait\": {}}}}",
                "{\"name\": \"f\", \"steps\": {\"a\": {\"wait\": {\"for\": 3}}}}",
                "{\"name\": \"f\", \"steps\": {\"a\": {\"wate\": {\"for\": \"1s\"}}}}",
                "{\"name\": \"f\", \"steps\": {\"a\": {\"tunnel\": {\"name\": \"t\", \"do\": \"begin\"}}}}",
                "{\"name\": \"f\", \"steps\": {\"a\": {\"shell\": {\"argv\": \"ls -l\"}}}}",
                "{\"name\": \"f\", \"steps\": {\"a\": {\"wait\": {\"for\": \"1s\"}, \"flow\": {\"name\": \"g\"}}}}",
                "{\"name\": \"f\", \"inputs\": {\"n\": {\"type\": \"text\"}}, \"steps\": {\"a\": {\"wait\": {\"for\": \"1s\"}}}}"
            })
    void refusesWhatADaemonRefuses(String flow) throws Exception {
        assertThat(mistakes(flow)).isNotEmpty();
    }

    @Test
    void takesReferencesInThePlaceOfValues() throws Exception {
        assertThat(
                        mistakes(
                                "{\"$schema\": \"./flow.schema.json\", \"name\": \"f\", \"steps\": {\"a\": {\"each\": \"${inputs.l}\", \"forward\": {\"agent\": \"a\", \"port\": \"${each.item}\"}}, \"b\": {\"tool\": {\"operation\": \"${inputs.o}\"}, \"when\": {\"value\": \"${inputs.o}\", \"in\": [1]}, \"finally\": true}}}"))
                .isEmpty();
    }

    @Test
    void theCommandPrintsIt() throws Exception {
        CommandRun run = new CommandRun.User(Path.of("/nonexistent")).run("flow", "schema");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo(Files.readString(FILE));
    }
}
