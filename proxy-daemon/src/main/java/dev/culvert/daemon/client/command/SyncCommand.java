package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.workspace.Adoption;
import dev.culvert.daemon.client.workspace.AskedReality;
import dev.culvert.daemon.client.workspace.Workspace;
import dev.culvert.infra.Reality;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert sync [GUEST…]}. */
@Command(
        name = "sync",
        description = {
            "Adopts guests that are there: writes their desired state.",
            "Guests that have a file already keep it (culvert diff shows where they differ). All guests",
            "of the workspace are also written for Terraform (infra/terraform/*.tf.json, with import",
            "blocks) and for Ansible (infra/ansible/: an inventory, and playbooks that make agents)."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "From then on the workspace manages the guests: the next plan destroys one whose file is",
            "gone.",
            "",
            "Examples:",
            "  culvert sync --dry-run",
            "  culvert sync --server lab --tag prod",
            "  culvert sync lab/101 lab/102"
        })
final class SyncCommand implements Verb {
    private static final View DONE = View.of("workspace");

    private final Session session;

    @Parameters(
            arity = "0..*",
            paramLabel = "GUEST",
            description = "Only these: SERVER/N, or a name. Default: all")
    private List<String> guests = List.of();

    @Option(names = "--server", paramLabel = "SERVER", description = "Only those of this server.")
    private @Nullable String server;

    @Option(names = "--node", paramLabel = "NODE", description = "Only those on this node.")
    private @Nullable String node;

    @Option(names = "--tag", paramLabel = "TAG", description = "Only those with this tag.")
    private @Nullable String tag;

    @Option(names = "--dry-run", description = "Only says what it would write.")
    private boolean dryRun;

    @Mixin private final WorkspaceFlags flags = new WorkspaceFlags();

    SyncCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Workspace workspace = flags.find(session);
        Reality reality = new AskedReality(session.api());
        checkNames(reality);
        Adoption adoption = Adoption.of(workspace, reality, this::isWanted);
        adoption.left().forEach(it -> session.output().note("left out " + it));
        if (session.output().format() == Format.TABLE) {
            adoption.adopted()
                    .forEach(it ->
                            session.output()
                                    .line(
                                            "%s %s (%s)"
                                                    .formatted(
                                                            it.id(),
                                                            Quoted.word(it.name()),
                                                            it.kind().word())));
        }
        if (!dryRun) {
            try {
                adoption.write();
                workspace.write(adoption.generated());
            } catch (IOException e) {
                throw new IOException("not all was written: " + FileTrouble.of(e), e);
            }
        }
        session.output()
                .done(
                        "%s %d guests%s"
                                .formatted(
                                        dryRun ? "would adopt" : "adopted",
                                        adoption.adopted().size(),
                                        adoption.left().isEmpty()
                                                ? ""
                                                : ", left out " + adoption.left().size()),
                        Value.members(
                                "workspace",
                                workspace.file().name(),
                                "adopted",
                                texts(
                                        adoption.adopted().stream()
                                                .map(it -> it.id().toString())
                                                .toList()),
                                "left_out",
                                texts(adoption.left()),
                                "files",
                                texts(List.copyOf(adoption.generated().keySet()))),
                        DONE);
        return ExitCode.OK;
    }

    private static Value texts(List<String> texts) {
        return Value.of(texts.stream().map(Value::of).toList());
    }

    private void checkNames(Reality reality) throws IOException {
        List<Value> all = guests.isEmpty() ? List.of() : reality.all();
        for (String name : guests) {
            if (all.stream().noneMatch(it -> isCalled(it, name))) {
                throw new UsageException(
                        "no server has a guest '%s': name it as SERVER/N, or by its name"
                                .formatted(Quoted.word(name)));
            }
        }
    }

    private static boolean isCalled(Value guest, String name) {
        return guest.text("name").equals(name)
                || (guest.text("server") + "/" + guest.text("vmid")).equals(name);
    }

    private boolean isWanted(Value guest) {
        return (server == null || guest.text("server").equals(server))
                && (node == null || guest.text("node").equals(node))
                && (tag == null
                        || guest.at("tags").list().stream().anyMatch(it -> it.text().equals(tag)))
                && (guests.isEmpty() || guests.stream().anyMatch(it -> isCalled(guest, it)));
    }
}
