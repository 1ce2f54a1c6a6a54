package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.workspace.AskedReality;
import dev.culvert.daemon.client.workspace.InfrastructurePage;
import dev.culvert.io.FileTrouble;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code culvert document}. */
@Command(
        name = "document",
        description = {
            "Writes the infrastructure of a workspace as Markdown.",
            "Nodes, guests, their networks and agents, what needs what, and where guests differ from",
            "their files. The same infrastructure makes the same page, so it can be under version",
            "control."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  culvert document",
            "  culvert document --out INFRASTRUCTURE.md"
        })
final class DocumentCommand implements Verb {
    private static final View PAGE = View.of("markdown");

    private final Session session;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where to. Default: standard output")
    private @Nullable Path out;

    @Mixin private final WorkspaceFlags flags = new WorkspaceFlags();

    DocumentCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        String page = InfrastructurePage.of(flags.find(session), new AskedReality(session.api()));
        if (out != null) {
            try {
                Files.writeString(out, page);
            } catch (IOException e) {
                throw new IOException("the page cannot be written: " + FileTrouble.of(e), e);
            }
            session.output()
                    .done(
                            "wrote " + out,
                            Value.members("markdown", page, "file", out.toString()),
                            PAGE);
        } else if (session.output().format() == Format.TABLE) {
            session.output().piece(page);
        } else {
            session.output().item(Value.members("markdown", page), PAGE);
        }
        return ExitCode.OK;
    }
}
