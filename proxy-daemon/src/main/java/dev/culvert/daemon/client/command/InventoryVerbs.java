package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verbs below {@code culvert inventory}. */
final class InventoryVerbs {
    static final String PATH = "/api/v1/inventory";

    private InventoryVerbs() {}

    static CommandLine addTo(CommandLine parent, Session session) {
        return parent.addSubcommand(new Servers(session))
                .addSubcommand(new Nodes(session))
                .addSubcommand(new Storages(session))
                .addSubcommand(new ContentCommand(session))
                .addSubcommand(new Tasks(session))
                .addSubcommand(new History(session));
    }

    static int servers(Session session) throws IOException {
        session.output().items(serverList(session), InventoryViews.SERVERS);
        return ExitCode.OK;
    }

    static List<Value> serverList(Session session) throws IOException {
        return session.api().get(PATH + "/servers").at("servers").list();
    }

    /** What narrows a list, as a query; those that are empty narrow nothing. */
    static String query(String... pairs) {
        StringJoiner query = new StringJoiner("&");
        for (int i = 0; i < pairs.length; i += 2) {
            if (!pairs[i + 1].isEmpty()) {
                query.add(pairs[i] + "=" + Request.segment(pairs[i + 1]));
            }
        }
        return query.toString();
    }

    private static int list(Session session, String what, String query, View view)
            throws IOException {
        session.output().items(Session.pages(session.api(), PATH + "/" + what, query, what), view);
        return ExitCode.OK;
    }

    @Command(
            name = "servers",
            description = "Lists the servers of Proxmox, and how each is.",
            mixinStandardHelpOptions = true)
    private static final class Servers implements Verb {
        private final Session session;

        private Servers(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return servers(session);
        }
    }

    @Command(
            name = "nodes",
            description = "Lists the nodes of Proxmox, with their load.",
            mixinStandardHelpOptions = true)
    private static final class Nodes implements Verb {
        private final Session session;

        @Option(names = "--server", paramLabel = "NAME", description = "Only those of this server.")
        private String server = "";

        private Nodes(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return list(session, "nodes", query("server", server), InventoryViews.NODES);
        }
    }

    @Command(
            name = "storages",
            description = "Lists the storages of Proxmox, by node.",
            mixinStandardHelpOptions = true)
    private static final class Storages implements Verb {
        private final Session session;

        @Option(names = "--server", paramLabel = "NAME", description = "Only those of this server.")
        private String server = "";

        @Option(names = "--node", paramLabel = "NODE", description = "Only those of this node.")
        private String node = "";

        private Storages(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return list(
                    session,
                    "storages",
                    query("server", server, "node", node),
                    InventoryViews.STORAGES);
        }
    }

    @Command(
            name = "tasks",
            description = "Lists the tasks of Proxmox, the latest first.",
            mixinStandardHelpOptions = true)
    private static final class Tasks implements Verb {
        private static final int MOST = 1_000;

        private final Session session;

        @Option(names = "--server", paramLabel = "NAME", description = "Only those of this server.")
        private String server = "";

        @Option(names = "--node", paramLabel = "NODE", description = "Only those of this node.")
        private String node = "";

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description = "Only those that are running, ok, failed, or ended with warnings.")
        private String state = "";

        @Option(
                names = "--limit",
                paramLabel = "COUNT",
                description = "How many, the latest ones. Default: ${DEFAULT-VALUE}.")
        private int limit = 50;

        private Tasks(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            String query =
                    query(
                            "server",
                            server,
                            "node",
                            node,
                            "state",
                            state,
                            "limit",
                            Integer.toString(Math.clamp(limit, 1, MOST)));
            session.output()
                    .items(
                            session.api().get(PATH + "/tasks?" + query).at("tasks").list(),
                            InventoryViews.TASKS);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "history",
            description =
                    "Lists what changed, the latest first: guests that came, went, moved, started,"
                            + " stopped or were configured.",
            mixinStandardHelpOptions = true)
    private static final class History implements Verb {
        private static final int MOST = 1_000;

        private final Session session;

        @Parameters(
                paramLabel = "SERVER",
                arity = "0..1",
                description = "Only of this server. Default: all of them.")
        private String server = "";

        @Option(
                names = "--guest",
                paramLabel = "GUEST",
                description = "Only of this one: SERVER/ID, ID or NAME.")
        private String guest = "";

        @Option(
                names = "--limit",
                paramLabel = "COUNT",
                description =
                        "How many of each server, the latest ones. Default: ${DEFAULT-VALUE}.")
        private int limit = 50;

        private History(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            String most = "?limit=" + Math.clamp(limit, 1, MOST);
            List<Value> changes = new ArrayList<>();
            if (!guest.isEmpty()) {
                String path = GuestsCommand.path(session, "", guest);
                changes.addAll(session.api().get(path + "/history" + most).at("changes").list());
            } else {
                for (String each : servers()) {
                    String path = PATH + "/history/" + Request.segment(each);
                    changes.addAll(session.api().get(path + most).at("changes").list());
                }
            }
            session.output().items(changes, InventoryViews.CHANGES);
            return ExitCode.OK;
        }

        private List<String> servers() throws IOException {
            return server.isEmpty()
                    ? serverList(session).stream().map(it -> it.text("name")).toList()
                    : List.of(server);
        }
    }
}
