package dev.culvert.daemon.client.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert fleet …}; without a verb of its own it exports. */
@Command(
        name = "fleet",
        description = "Exports all agents as JSON, or imports them into another daemon.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]")
final class FleetCommand implements Verb {
    private static final String AGENTS = "agents";

    /** The answers that say that one agent cannot be added; with others, none can. */
    private static final Set<Integer> OF_THE_AGENT = Set.of(400, 404, 409, 413);

    private static final View VIEW =
            View.of(
                    "id",
                    Column.of("AGENT", "id"),
                    Column.of("TENANT", "tenant"),
                    Column.of("ADDRESS", "address"));

    private final Session session;

    private FleetCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new FleetCommand(session))
                .addSubcommand(new ExportFleet(session))
                .addSubcommand(new ImportFleet(session));
    }

    @Override
    public int run() throws IOException {
        return export(session);
    }

    private static int export(Session session) throws IOException {
        List<Value> agents = Session.pages(session.api(), AdminPaths.FLEET, "", AGENTS);
        Output output = session.output();
        if (output.format() == Format.TABLE) {
            output.piece(Value.members(AGENTS, Value.of(agents)).prettyJson() + "\n");
        } else {
            output.items(agents, VIEW);
        }
        return ExitCode.OK;
    }

    @Command(
            name = "export",
            description = {
                "Exports all agents with their configurations, those desired now, as the list agents of the settings has them.",
                "Configurations may contain keys: keep the output where only you can read it."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  (umask 077; culvert fleet export > fleet.json)"})
    private static final class ExportFleet implements Verb {
        private final Session session;

        private ExportFleet(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return export(session);
        }
    }

    @Command(
            name = "import",
            description = {
                "Adds the agents that culvert fleet export printed, or changes those that there are.",
                "One that is refused is named, and the others are imported; import again when it is corrected."
            },
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:all were imported", "1:some were refused"},
            footer = {"", "Example:", "  culvert --context new-host fleet import fleet.json"})
    private static final class ImportFleet implements Verb {
        private final Session session;

        @Parameters(paramLabel = "FILE", description = "The file; - reads it from stdin.")
        private String file = "";

        private ImportFleet(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            List<Value> agents = agents();
            Api api = session.api();
            Output output = session.output();
            List<Value> imported = new ArrayList<>();
            for (Value agent : agents) {
                output.progress(
                        "%d of %d agents imported".formatted(imported.size(), agents.size()));
                try {
                    imported.add(api.ask(put(agent)));
                } catch (ProblemException e) {
                    if (!OF_THE_AGENT.contains(e.status())) {
                        throw e;
                    }
                    output.progressEnds();
                    output.note(
                            "agent '%s' was not imported: %s"
                                    .formatted(agent.text("id"), e.getMessage()));
                }
            }
            output.progressEnds();
            if (output.format() == Format.TABLE) {
                output.note("%d of %d agents imported".formatted(imported.size(), agents.size()));
            } else {
                output.items(imported, VIEW);
            }
            return imported.size() == agents.size() ? ExitCode.OK : ExitCode.FAILED;
        }

        private static Request put(Value agent) {
            Map<String, Value> body = new LinkedHashMap<>(agent.map());
            body.remove("id");
            return Request.put(AgentsCommand.path(agent.text("id")), new Value.Members(body));
        }

        private List<Value> agents() throws IOException {
            Value read =
                    file.equals("-")
                            ? GivenFile.parse(
                                    "standard input",
                                    new String(session.around().in().readAllBytes(), UTF_8))
                            : GivenFile.read(Path.of(file));
            List<Value> agents = read instanceof Value.Items ? read.list() : read.at(AGENTS).list();
            if (agents.isEmpty() || agents.stream().anyMatch(it -> it.text("id").isEmpty())) {
                throw new UsageException(
                        "%s is no export of a fleet: it takes {\"agents\": […]}, each with an id, as culvert fleet export prints them"
                                .formatted(file));
            }
            return agents;
        }
    }
}
