package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.console.Mode;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.workbench.Memory;
import dev.culvert.daemon.client.workbench.Place;
import dev.culvert.daemon.client.workspace.Workspace;
import dev.culvert.value.Value;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code culvert mcp mode [MODE]}. */
@Command(
        name = "mode",
        description = {
            "Shows or changes what MCP may do in a workspace: read, plan or apply.",
            "It is kept in .culvert/mcp/, for you alone, and holds for sessions that run, too."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The modes:",
            "  read   only what changes nothing",
            "  plan   also files of the workspace and plans; the default",
            "  apply  everything; a plan is applied after its user has agreed",
            "",
            "Examples:",
            "  culvert mcp mode",
            "  culvert mcp mode apply"
        })
final class McpModeCommand implements Verb {
    private static final View VIEW =
            View.of("mode", Column.of("workspace", "workspace"), Column.of("mode", "mode"));

    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "MODE",
            completionCandidates = ScriptFlags.Modes.class,
            description = "The new one. Default: only shows it")
    private @Nullable String mode;

    @Mixin private final WorkspaceFlags flags = new WorkspaceFlags();

    McpModeCommand(Session session) {
        this.session = session;
    }

    static Place place(Workspace workspace) {
        return new Place(workspace.root(), workspace.file().name());
    }

    @Override
    public int run() throws IOException {
        Place place = place(flags.find(session));
        Memory memory = new Memory(place);
        if (mode == null) {
            session.output().item(result(place, memory.mode()), VIEW);
            return ExitCode.OK;
        }
        Mode chosen = Mode.named(mode);
        memory.mode(chosen);
        session.output()
                .done(
                        "the mode of %s is %s, which allows %s"
                                .formatted(place.name(), chosen.label(), chosen.what()),
                        result(place, chosen),
                        VIEW);
        return ExitCode.OK;
    }

    private static Value result(Place place, Mode mode) {
        return Value.members("workspace", place.name(), "mode", mode.label());
    }
}
