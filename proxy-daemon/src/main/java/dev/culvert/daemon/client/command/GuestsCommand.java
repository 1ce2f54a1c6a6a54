package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.NotFoundException;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.guests.ProxmoxServers;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code culvert vm …} and {@code culvert ct …}: guests of Proxmox; without a verb they are listed.
 */
final class GuestsCommand {
    private static final String PATH = InventoryVerbs.PATH + "/guests";

    private GuestsCommand() {}

    static CommandLine vm(Session session) {
        return GuestCommand.add(
                new CommandLine(new Vm(session))
                        .addSubcommand(new ListVm(session))
                        .addSubcommand(new ShowVm(session)),
                session,
                "vm");
    }

    static CommandLine ct(Session session) {
        return GuestCommand.add(
                new CommandLine(new Ct(session))
                        .addSubcommand(new ListCt(session))
                        .addSubcommand(new ShowCt(session)),
                session,
                "ct");
    }

    /**
     * Where the daemon has a guest.
     *
     * @param kind {@code vm}, {@code ct}, or empty for any
     * @param guest {@code SERVER/ID}, {@code ID} or {@code NAME}
     * @throws NotFoundException if there is none
     * @throws UsageException if there are several
     */
    static String path(Session session, String kind, String guest) throws IOException {
        int slash = guest.indexOf('/');
        if (slash > 0) {
            return PATH
                    + "/"
                    + Request.segment(guest.substring(0, slash))
                    + "/"
                    + Request.segment(guest.substring(slash + 1));
        }
        List<Value> found =
                Session.pages(session.api(), PATH, InventoryVerbs.query("kind", kind), "guests")
                        .stream()
                        .filter(it ->
                                it.text("vmid").equals(guest) || it.text("name").equals(guest))
                        .toList();
        if (found.size() > 1) {
            throw new UsageException(
                    "'%s' may be any of %s: give its id"
                            .formatted(
                                    Quoted.word(guest),
                                    found.stream()
                                            .map(it -> it.text("id"))
                                            .collect(Collectors.joining(", "))));
        }
        if (!found.isEmpty()) {
            return path(session, kind, found.getFirst().text("id"));
        }
        List<String> servers = ProxmoxServers.names(session.api());
        if (servers.isEmpty()) {
            throw new NotFoundException(ProxmoxServers.NONE);
        }
        if (servers.size() == 1 && guest.matches("[0-9]+")) {
            return path(session, kind, servers.getFirst() + "/" + guest);
        }
        throw new NotFoundException(
                "there is no %s '%s': culvert %s list shows what there is"
                        .formatted(
                                kind.equals("ct") ? "container" : "virtual machine",
                                Quoted.word(guest),
                                kind.isEmpty() ? "vm" : kind));
    }

    private abstract static class OfKind implements Verb {
        private final Session session;
        private final String kind;

        private OfKind(Session session, String kind) {
            this.session = session;
            this.kind = kind;
        }

        final int list(String query) throws IOException {
            String all = InventoryVerbs.query("kind", kind) + (query.isEmpty() ? "" : "&" + query);
            List<Value> guests = Session.pages(session.api(), PATH, all, "guests");
            session.output().items(guests, InventoryViews.GUESTS);
            if (guests.isEmpty() && ProxmoxServers.names(session.api()).isEmpty()) {
                session.output().note(ProxmoxServers.NONE);
            }
            return ExitCode.OK;
        }

        final int show(String guest) throws IOException {
            session.output()
                    .item(session.api().get(path(session, kind, guest)), InventoryViews.GUEST);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "vm",
            description = "Shows and changes virtual machines of Proxmox.",
            mixinStandardHelpOptions = true,
            synopsisSubcommandLabel = "[COMMAND]")
    private static final class Vm extends OfKind {
        private Vm(Session session) {
            super(session, "vm");
        }

        @Override
        public int run() throws IOException {
            return list("");
        }
    }

    @Command(
            name = "ct",
            description = "Shows and changes containers of Proxmox.",
            mixinStandardHelpOptions = true,
            synopsisSubcommandLabel = "[COMMAND]")
    private static final class Ct extends OfKind {
        private Ct(Session session) {
            super(session, "ct");
        }

        @Override
        public int run() throws IOException {
            return list("");
        }
    }

    private abstract static class ListGuests extends OfKind {
        @Option(names = "--server", paramLabel = "NAME", description = "Only those of this server.")
        private String server = "";

        @Option(names = "--node", paramLabel = "NODE", description = "Only those on this node.")
        private String node = "";

        @Option(names = "--tag", paramLabel = "TAG", description = "Only those with this tag.")
        private String tag = "";

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description =
                        "Only those that are running, stopped, paused or suspended, or of which it"
                                + " is unknown.")
        private String state = "";

        private ListGuests(Session session, String kind) {
            super(session, kind);
        }

        @Override
        public int run() throws IOException {
            return list(
                    InventoryVerbs.query(
                            "server", server, "node", node, "tag", tag, "state", state));
        }
    }

    @Command(
            name = "list",
            description = "Lists the virtual machines, with their state, load and agent.",
            mixinStandardHelpOptions = true)
    private static final class ListVm extends ListGuests {
        private ListVm(Session session) {
            super(session, "vm");
        }
    }

    @Command(
            name = "list",
            description = "Lists the containers, with their state and load.",
            mixinStandardHelpOptions = true)
    private static final class ListCt extends ListGuests {
        private ListCt(Session session) {
            super(session, "ct");
        }
    }

    @Command(
            name = "show",
            description =
                    "Shows a virtual machine, with its configuration and snapshots, as its server"
                            + " says now.",
            mixinStandardHelpOptions = true)
    private static final class ShowVm extends OfKind {
        @Parameters(paramLabel = "VM", description = "SERVER/ID, ID or NAME.")
        private String guest = "";

        private ShowVm(Session session) {
            super(session, "vm");
        }

        @Override
        public int run() throws IOException {
            return show(guest);
        }
    }

    @Command(
            name = "show",
            description =
                    "Shows a container, with its configuration and snapshots, as its server says"
                            + " now.",
            mixinStandardHelpOptions = true)
    private static final class ShowCt extends OfKind {
        @Parameters(paramLabel = "CONTAINER", description = "SERVER/ID, ID or NAME.")
        private String guest = "";

        private ShowCt(Session session) {
            super(session, "ct");
        }

        @Override
        public int run() throws IOException {
            return show(guest);
        }
    }
}
