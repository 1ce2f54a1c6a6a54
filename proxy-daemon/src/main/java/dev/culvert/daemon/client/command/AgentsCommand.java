package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert agents …}; without a verb of its own it lists them. */
@Command(
        name = "agents",
        description = "Lists the agents; shows, adds, removes and drains one.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]")
final class AgentsCommand implements Verb {
    static final String PATH = "/api/v1/agents";

    private static final View LIST =
            View.of(
                    "id",
                    Column.of("AGENT", "id"),
                    Column.of("TENANT", "tenant"),
                    Column.of("STATE", "state").in(AgentsCommand::tone),
                    Column.of("SINCE", value -> Ages.since(value.text("since"))),
                    Column.number("TURNS", "turns_in_flight"),
                    Column.of("ADDRESS", "address"),
                    Column.of("LAST ERROR", AgentsCommand::trouble));

    static final View ONE =
            View.of(
                    "id",
                    Column.of("agent", "id"),
                    Column.of("tenant", "tenant"),
                    Column.of("address", "address"),
                    Column.of("state", "state").in(AgentsCommand::tone),
                    Column.of("since", "since"),
                    Column.of("drained since", "drained_since"),
                    Column.of("last heard", "last_heard"),
                    Column.of("protocol", "heartbeat", "protocol"),
                    Column.of("features", AgentsCommand::features),
                    Column.of("version", "heartbeat", "agent_version"),
                    Column.of("turns", "turns_in_flight"),
                    Column.of("links", "links_open"),
                    Column.of("config", AgentsCommand::revisions),
                    Column.of("last error", "last_error"));

    private final Session session;

    private AgentsCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new AgentsCommand(session))
                .addSubcommand(new ListAgents(session))
                .addSubcommand(new ShowAgent(session))
                .addSubcommand(new AddAgent(session))
                .addSubcommand(new RemoveAgent(session))
                .addSubcommand(new DrainAgentCommand(session));
    }

    static String path(String agent) {
        return PATH + "/" + Request.segment(agent);
    }

    /**
     * Fails if there is no such agent: the daemon answers a filter that fits nothing with an empty
     * list, and a misspelt name would look like an idle agent.
     */
    static void require(Api api, @Nullable String agent) throws IOException {
        if (agent != null) {
            api.get(path(agent));
        }
    }

    @Override
    public int run() throws IOException {
        return list(session, "");
    }

    private static int list(Session session, String query) throws IOException {
        session.output().items(Session.pages(session.api(), PATH, query, "agents"), LIST);
        return ExitCode.OK;
    }

    static Tone tone(Value agent) {
        return switch (agent.text("state")) {
            case "ready" -> Tone.GOOD;
            case "unreachable" -> Tone.BAD;
            default -> Tone.CAUTION;
        };
    }

    /** An old error of an agent that is ready is no news. */
    private static String trouble(Value agent) {
        return agent.text("state").equals("ready") ? "" : agent.text("last_error");
    }

    private static String features(Value agent) {
        return String.join(
                ", ", agent.at("heartbeat", "features").list().stream().map(Value::text).toList());
    }

    private static String revisions(Value agent) {
        String desired = agent.text("desired_revision");
        String applied = agent.text("applied_revision");
        return desired.equals(applied)
                ? "revision " + applied + ", applied"
                : "revision " + desired + " is wanted, " + applied + " is applied";
    }

    enum State {
        CONNECTING,
        READY,
        UNREACHABLE,
        DRAINING
    }

    @Command(
            name = "list",
            description = "Lists the agents, ordered by name.",
            mixinStandardHelpOptions = true)
    private static final class ListAgents implements Verb {
        private final Session session;

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description =
                        "Only those in this state: connecting, ready, unreachable or draining.")
        private @Nullable State state;

        @Option(
                names = "--tenant",
                paramLabel = "TENANT",
                description = "Only those of this tenant.")
        private @Nullable String tenant;

        private ListAgents(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            List<String> query = new ArrayList<>();
            if (state != null) {
                query.add("state=" + CompletionCommand.word(state));
            }
            if (tenant != null) {
                query.add("tenant=" + Request.segment(tenant));
            }
            return list(session, String.join("&", query));
        }
    }

    @Command(
            name = "show",
            description = "Shows one agent: its state, what it reported last, and its last error.",
            mixinStandardHelpOptions = true)
    private static final class ShowAgent implements Verb {
        private final Session session;

        @Parameters(paramLabel = "AGENT", description = "Its name.")
        private String agent = "";

        private ShowAgent(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            session.output().item(session.api().get(path(agent)), ONE);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "add",
            description =
                    "Adds an agent, or changes it. It stays until the daemon stops: to keep it, add"
                            + " it to the settings file.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Examples:",
                "  culvert agents add web-1 --address vsock://3:1024",
                "  culvert agents add web-1 --cid 3 --tenant acme --tool 'search_*' --tool"
                        + " read_file"
            })
    private static final class AddAgent implements Verb {
        private final Session session;

        @Parameters(paramLabel = "AGENT", description = "Its name.")
        private String agent = "";

        @Option(
                names = "--address",
                paramLabel = "ADDRESS",
                description =
                        "vsock://CID:PORT, HOST:PORT, unix:///PATH, or unix:///PATH?port=PORT for a"
                                + " VM of Firecracker or Cloud Hypervisor.")
        private @Nullable String address;

        @Option(names = "--cid", paramLabel = "CID", description = "The CID of its VM.")
        private @Nullable Long cid;

        @Option(names = "--tenant", paramLabel = "TENANT", description = "Default: default")
        private @Nullable String tenant;

        @Option(
                names = "--config",
                paramLabel = "FILE",
                description = "A file with its configuration, one JSON object.")
        private @Nullable Path config;

        @Option(
                names = "--tool",
                paramLabel = "PATTERN",
                description = "A tool that it may use; can be given several times.")
        private @Nullable List<String> tools;

        private AddAgent(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            if ((address == null) == (cid == null)) {
                throw new UsageException("give exactly one of --address and --cid");
            }
            Map<String, Value> body = new LinkedHashMap<>();
            if (address != null) {
                body.put("address", Value.of(address));
            }
            if (cid != null) {
                body.put("cid", Value.of(cid));
            }
            if (tenant != null) {
                body.put("tenant", Value.of(tenant));
            }
            if (config != null) {
                body.put("config", Value.parseCommented(Files.readString(config)));
            }
            if (tools != null) {
                body.put("tool_allowlist", Value.of(tools.stream().map(Value::of).toList()));
            }
            Api api = session.api();
            Value added = api.ask(Request.put(path(agent), new Value.Members(body)));
            session.output()
                    .done(
                            "agent '%s' is %s; culvert agents show %s follows it"
                                    .formatted(agent, added.text("state"), agent),
                            added,
                            ONE);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "remove",
            description =
                    "Removes an agent: its turns fail and its configuration is forgotten. An agent"
                            + " of the settings file comes back with the next reload.",
            mixinStandardHelpOptions = true)
    private static final class RemoveAgent implements Verb {
        private final Session session;

        @Parameters(paramLabel = "AGENT", description = "Its name.")
        private String agent = "";

        private RemoveAgent(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            session.api().ask(Request.delete(path(agent)));
            session.output()
                    .done(
                            "agent '" + agent + "' is removed",
                            Value.members("id", agent, "removed", true),
                            ONE);
            return ExitCode.OK;
        }
    }
}
