package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert flow resume RUN --step STEP --as done|again}. */
@Command(
        name = "resume",
        description =
                "Says what happened to a step that nobody knows of, because the daemon ended while it"
                        + " ran, and that may not be done twice. The run then goes on.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  culvert flow resume fr_0123456789abcdef --step pay --as done --result '{\"receipt\": 7}'",
            "  culvert flow resume fr_0123456789abcdef --step pay --as again"
        })
final class FlowResumeCommand implements Verb {
    enum As {
        DONE,
        AGAIN
    }

    private final Session session;

    @Parameters(paramLabel = "RUN", description = "Its id.")
    private String run = "";

    @Option(
            names = "--step",
            paramLabel = "STEP",
            required = true,
            description = "The step that 'show' says it asks about.")
    private String step = "";

    @Option(
            names = "--as",
            paramLabel = "WHAT",
            required = true,
            description = "done: it was done. again: it was not, and begins again.")
    private As as = As.DONE;

    @Option(
            names = "--result",
            paramLabel = "JSON",
            description = "What came of a step that was done, as an object. Default: {}")
    private @Nullable String result;

    FlowResumeCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Value body =
                result == null
                        ? Value.members("step", step, "as", CompletionCommand.word(as))
                        : Value.members(
                                "step", step, "as", CompletionCommand.word(as), "output", parsed());
        session.api().ask(Request.post(FlowCommand.path(run) + "/resume", body));
        session.output()
                .done("the run '" + run + "' goes on", Value.members("id", run), View.of("id"));
        return ExitCode.OK;
    }

    private Value parsed() throws UsageException {
        try {
            return Value.parse(result == null ? "{}" : result);
        } catch (BadValueException e) {
            throw new UsageException("--result is not JSON: " + e.getMessage());
        }
    }
}
