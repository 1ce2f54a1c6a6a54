package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.workspace.AnsibleFiles;
import dev.culvert.value.Value;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code culvert inventory …}; without a verb of its own it lists the servers of Proxmox, and with
 * {@code --list} or {@code --host} it is what Ansible runs.
 */
@Command(
        name = "inventory",
        description =
                "Shows servers of Proxmox, their nodes, storages and tasks, and what changed"
                        + " there.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        synopsisSubcommandLabel = "[COMMAND]",
        footer = {
            "",
            "The setting 'proxmox' adds a server. culvert vm and culvert ct show its guests.",
            "",
            "With --list or --host it prints the guests of a workspace as an inventory of Ansible.",
            "infra/ansible/hosts, which culvert sync writes, is an executable inventory made of"
                    + " it.",
            "Groups: vms, cts, agents (VMs with a CID), server_NAME, tag_NAME and proxmox_nodes.",
            "",
            "Examples:",
            "  culvert inventory",
            "  culvert inventory tasks --state failed",
            "  culvert inventory history --guest lab/101",
            "  culvert inventory --list",
            "  ansible-playbook -i infra/ansible/hosts infra/ansible/vsock.json"
        })
final class InventoryCommand implements Verb {
    private static final View ALL = View.of("all");

    private final Session session;

    @Option(names = "--list", description = "All hosts and groups, as Ansible asks for them.")
    private boolean list;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            description = "The variables of one host, as Ansible asks for them.")
    private @Nullable String host;

    @Mixin private final WorkspaceFlags flags = new WorkspaceFlags();

    private InventoryCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return InventoryVerbs.addTo(new CommandLine(new InventoryCommand(session)), session);
    }

    @Override
    public int run() throws IOException {
        if (!list && host == null) {
            return InventoryVerbs.servers(session);
        }
        Value all = AnsibleFiles.list(flags.find(session).desired());
        Value shown = host == null || list ? all : ofHost(all, host);
        if (session.output().format() == Format.TABLE) {
            session.output().line(shown.prettyJson()); // a program reads it, which gives no flags
        } else if (session.output().format() == Format.NAME) {
            all.at("_meta", "hostvars").map().keySet().forEach(session.output()::line);
        } else {
            session.output().item(shown, ALL);
        }
        return ExitCode.OK;
    }

    private static Value ofHost(Value all, String name) {
        Value of = all.at("_meta", "hostvars", name);
        return of.isNothing() ? Value.members() : of;
    }
}
