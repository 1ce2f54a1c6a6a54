package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert hosts …}; without a verb of its own it lists them. */
@Command(
        name = "hosts",
        description = "Lists the hosts of the cluster.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        footer = {
            "",
            "A daemon whose settings have cluster.servers knows the other hosts of its cluster. One"
                    + " without lists itself.",
            "",
            "Examples:",
            "  culvert hosts",
            "  culvert hosts show host-2"
        })
final class HostsCommand implements Verb {
    private static final String PATH = "/api/v1/hosts";

    private static final View LIST =
            View.of(
                    "name",
                    Column.of(
                            "HOST",
                            it -> it.text("name") + (it.text("self").equals("true") ? " *" : "")),
                    Column.of("STATE", "state").in(HostsCommand::tone),
                    Column.of("URL", "url"),
                    Column.number("AGENTS", "agents"),
                    Column.number("TURNS", "turns"),
                    Column.of("VERSION", "version"),
                    Column.of("STARTED", "started"));

    private static final View ONE =
            View.of(
                    "name",
                    Column.of("host", "name"),
                    Column.of("this one", "self"),
                    Column.of("state", "state").in(HostsCommand::tone),
                    Column.of("url", "url"),
                    Column.number("agents", "agents"),
                    Column.number("turns", "turns"),
                    Column.of("version", "version"),
                    Column.of("started", "started"),
                    Column.number("heard, s ago", "age_seconds"));

    private final Session session;

    private HostsCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new HostsCommand(session))
                .addSubcommand(new ListHosts(session))
                .addSubcommand(new ShowHost(session));
    }

    @Override
    public int run() throws IOException {
        return list(session);
    }

    /* Why this host is alone is worth a line, and no failure: the list is what it knows. */
    private static int list(Session session) throws IOException {
        Value cluster = session.api().ask(Request.get(PATH + "?limit=1")).at("cluster");
        session.output().items(Session.pages(session.api(), PATH, "", "hosts"), LIST);
        String error = cluster.text("error");
        if (!error.isEmpty()) {
            session.output().note("this host is " + cluster.text("state") + ": " + error);
        }
        return ExitCode.OK;
    }

    private static Tone tone(Value host) {
        return switch (host.text("state")) {
            case "online" -> Tone.GOOD;
            case "draining" -> Tone.FAINT;
            default -> Tone.BAD;
        };
    }

    @Command(
            name = "list",
            description = "Lists the hosts of the cluster, and how each is.",
            mixinStandardHelpOptions = true)
    private static final class ListHosts implements Verb {
        private final Session session;

        private ListHosts(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return list(session);
        }
    }

    @Command(
            name = "show",
            description = "Shows one host of the cluster.",
            mixinStandardHelpOptions = true)
    private static final class ShowHost implements Verb {
        private final Session session;

        @Parameters(paramLabel = "HOST", description = "Its name.")
        private String host = "";

        private ShowHost(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            session.output()
                    .item(session.api().ask(Request.get(PATH + "/" + Request.segment(host))), ONE);
            return ExitCode.OK;
        }
    }
}
