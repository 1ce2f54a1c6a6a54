package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert flow validate FLOW…}. */
@Command(
        name = "validate",
        description =
                "Checks a flow, or several, and tells every mistake in them with its line, without"
                        + " running anything.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  culvert flow validate report.jsonc"})
final class FlowValidateCommand implements Verb {
    private static final View FLOW =
            View.of(
                    "name",
                    Column.of("flow", "name"),
                    Column.number("steps", it -> Integer.toString(it.at("steps").list().size())),
                    Column.of(
                            "outputs",
                            it -> String.join(", ", FlowCommand.texts(it.at("outputs")))));

    private final Session session;

    @Parameters(
            arity = "1..*",
            paramLabel = "FLOW",
            description =
                    "The name of a flow of the daemon's folder, or a file of yours, such as"
                            + " ./report.jsonc.")
    private List<String> flows = List.of();

    FlowValidateCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        int code = ExitCode.OK;
        for (String flow : flows) {
            try {
                session.output().item(read(session, FlowFile.of(flow)), FLOW);
            } catch (ProblemException e) {
                List<Value> mistakes = e.problem().at("mistakes").list();
                if (mistakes.isEmpty()) {
                    throw e;
                }
                mistakes.forEach(it -> session.output().message(Quoted.sentence(it.text())));
                code = ExitCode.FAILED;
            }
        }
        return code;
    }

    /** What the daemon says of a flow. */
    static Value read(Session session, FlowFile file) throws IOException {
        return file.isOwn()
                ? session.api()
                        .ask(
                                Request.post(
                                        "/api/v1/flow-checks",
                                        Value.members("file", file.name(), "text", file.text())))
                : session.api().get(FlowCommand.FLOWS + "/" + Request.segment(file.name()));
    }
}
