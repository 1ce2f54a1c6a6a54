package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Ages;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert agents …}; without a verb of its own it lists them. */
@Command(
        name = "agents",
        description =
                "Lists the agents; shows, adds, removes, drains and quiesces one, and manages its"
                        + " identity.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]")
final class AgentsCommand implements Verb {
    static final String PATH = "/api/v1/agents";

    private static final View LIST =
            View.of(
                    "id",
                    Column.of("AGENT", "id"),
                    Column.of("TENANT", "tenant"),
                    Column.of("PRESENCE", AgentsCommand::presence).in(AgentsCommand::tone),
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
                    Column.of("road", "road"),
                    Column.of("presence", AgentsCommand::presence).in(AgentsCommand::tone),
                    Column.of("state", "state"),
                    Column.of("since", "since"),
                    Column.of("drained since", "drained_since"),
                    Column.of("quiesced since", "quiesced_since"),
                    Column.of("quiesced until", "quiesced_until"),
                    Column.of("parked turns", "turns_parked"),
                    Column.of("last heard", "last_heard"),
                    Column.of("protocol", "heartbeat", "protocol"),
                    Column.of("features", AgentsCommand::features),
                    Column.of("version", "heartbeat", "agent_version"),
                    Column.of("turns", "turns_in_flight"),
                    Column.of("links", "links_open"),
                    Column.of("config", AgentsCommand::revisions),
                    Column.of("policy", "heartbeat", "policy"),
                    Column.of("policies", AgentTools::policies),
                    Column.of("tools", AgentTools::confinement),
                    Column.of("key", "identity", "key"),
                    Column.of("joins", "identity", "joins"),
                    Column.of("copy of", "lineage", "parent"),
                    Column.of("source", "source"),
                    Column.of("conflict", "conflict"),
                    Column.of("runtime", "heartbeat", "runtime_error"),
                    Column.of("last error", "last_error"));

    private final Session session;

    private AgentsCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        CommandLine agents =
                new CommandLine(new AgentsCommand(session))
                        .addSubcommand(new ListAgents(session))
                        .addSubcommand(new ShowAgent(session))
                        .addSubcommand(new AddAgentCommand(session))
                        .addSubcommand(new RemoveAgent(session))
                        .addSubcommand(new DrainAgentCommand(session));
        QuiesceCommands.all(session).forEach(agents::addSubcommand);
        IdentityCommands.all(session).forEach(agents::addSubcommand);
        return agents;
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
        if (agent.at("conditions").list().contains(Value.of("degraded"))) {
            return Tone.CAUTION;
        }
        return switch (agent.text("state")) {
            case "ready" -> Tone.GOOD;
            case "unreachable" -> Tone.BAD;
            default -> Tone.CAUTION;
        };
    }

    /** With what else is true: {@code online, busy}; an earlier daemon says only the state. */
    private static String presence(Value agent) {
        String presence = agent.text("presence");
        String state = agent.text("state");
        boolean isAll = Set.of("ready", "unreachable", presence).contains(state);
        return Stream.concat(
                        presence.isEmpty()
                                ? Stream.of(state)
                                : Stream.of(presence, isAll ? "" : state),
                        agent.at("conditions").list().stream().map(Value::text))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(", "));
    }

    /** An old error of an agent that is ready is no news; that it cannot reach its runtime is. */
    private static String trouble(Value agent) {
        String runtime = agent.at("heartbeat", "runtime_error").text();
        if (!runtime.isEmpty() && !agent.text("presence").equals("offline")) {
            return "its runtime: " + runtime;
        }
        String error = agent.text("state").equals("ready") ? "" : agent.text("last_error");
        return error.isEmpty() ? agent.text("conflict") : error;
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
        DRAINING,
        QUIESCED
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
                        "Only those in this state: connecting, ready, unreachable, draining or"
                                + " quiesced.")
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
