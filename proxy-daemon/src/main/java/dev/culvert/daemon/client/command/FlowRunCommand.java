package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert flow run FLOW}. */
@Command(
        name = "run",
        description = "Starts a flow, and prints the id of the run; with --wait, follows it.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "With --wait, the exit code tells how it ended: 0 done, 1 failed, 6 cancelled, 7 somebody",
            "has to say what happened to a step (culvert flow resume). Ctrl-C ends the following, and",
            "not the run.",
            "",
            "Examples:",
            "  culvert flow run report --input city=Bern --wait",
            "  culvert flow run ./report.jsonc --want summary"
        })
final class FlowRunCommand implements Verb {
    private final Session session;

    @Parameters(
            paramLabel = "FLOW",
            description =
                    "The name of a flow of the daemon's folder, or a file of yours, such as"
                            + " ./report.jsonc.")
    private String flow = "";

    @Option(
            names = "--input",
            paramLabel = "NAME=VALUE",
            description = "An input. A value that is no text is JSON. May be given several times.")
    private List<String> inputs = List.of();

    @Option(
            names = "--want",
            paramLabel = "OUTPUT",
            description = "Run only what this output needs. May be given several times.")
    private List<String> outputs = List.of();

    @Option(
            names = "--only",
            paramLabel = "STEP",
            description = "Run only this step and what it needs. May be given several times.")
    private List<String> only = List.of();

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            description =
                    "To whom the run belongs; only for callers of no tenant. Default: default")
    private @Nullable String tenant;

    @Option(names = "--wait", description = "Wait until it ends, and print each step meanwhile.")
    private boolean wait;

    FlowRunCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Value started =
                session.api()
                        .ask(
                                Request.post(FlowCommand.RUNS, body())
                                        .with("idempotency-key", UUID.randomUUID().toString()));
        String id = started.text("id");
        if (!wait) {
            if (session.output().format() == Format.TABLE) {
                session.output().line(Quoted.word(id));
            }
            session.output()
                    .done("the flow runs: culvert flow show " + id, started, FlowCommand.ONE);
            return ExitCode.OK;
        }
        session.output().message("culvert: the run " + Quoted.word(id));
        return FlowRunPrinter.follow(session, id);
    }

    private Value body() throws UsageException {
        FlowFile file = FlowFile.of(flow);
        Map<String, Value> body = new LinkedHashMap<>();
        if (file.isOwn()) {
            body.put("file", Value.of(file.name()));
            body.put("text", Value.of(file.text()));
        } else {
            body.put("flow", Value.of(file.name()));
        }
        Map<String, Value> given = new LinkedHashMap<>();
        for (String input : inputs) {
            int equals = input.indexOf('=');
            if (equals < 1) {
                throw new UsageException(
                        "--input is '%s': it takes NAME=VALUE".formatted(Quoted.word(input)));
            }
            given.put(input.substring(0, equals), Value.of(input.substring(equals + 1)));
        }
        body.put("inputs", new Value.Members(given));
        body.put("outputs", Value.of(outputs.stream().map(Value::of).toList()));
        body.put("only", Value.of(only.stream().map(Value::of).toList()));
        if (tenant != null) {
            body.put("tenant", Value.of(tenant));
        }
        return new Value.Members(body);
    }
}
