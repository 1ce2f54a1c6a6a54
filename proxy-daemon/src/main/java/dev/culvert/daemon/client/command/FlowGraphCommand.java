package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert flow graph FLOW}. */
@Command(
        name = "graph",
        description =
                "Shows the inputs, the steps and the outputs of a flow, as a drawing: each step below"
                        + " those that it needs, with lines from these.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  culvert flow graph report.jsonc"})
final class FlowGraphCommand implements Verb {
    private final Session session;

    @Parameters(
            paramLabel = "FLOW",
            description =
                    "The name of a flow of the daemon's folder, or a file of yours, such as"
                            + " ./report.jsonc.")
    private String flow = "";

    FlowGraphCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Value read = FlowValidateCommand.read(session, FlowFile.of(flow));
        if (session.output().format() == Format.TABLE) {
            draw(read, session.output().width()).forEach(session.output()::line);
        } else {
            session.output().item(read, View.of("name"));
        }
        return ExitCode.OK;
    }

    /** The inputs, the steps, and the outputs. */
    static List<String> draw(Value flow, int width) {
        List<String> lines = new ArrayList<>();
        for (Value input : flow.at("inputs").list()) {
            lines.add(
                    "($) %s: %s"
                            .formatted(
                                    Quoted.word(input.text("name")),
                                    Quoted.word(input.text("type"))));
        }
        lines.addAll(FlowPicture.draw(flow.at("steps").list(), width));
        List<String> outputs = FlowCommand.texts(flow.at("outputs"));
        if (!outputs.isEmpty()) {
            lines.add("(=) " + Quoted.sentence(String.join(", ", outputs)));
        }
        return lines;
    }
}
