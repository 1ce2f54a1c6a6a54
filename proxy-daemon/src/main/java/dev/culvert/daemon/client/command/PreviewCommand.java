package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert preview …}; with an agent and a port it makes one, and else it lists them. */
@Command(
        name = "preview",
        description =
                "Makes a link that shows a port of an agent in a browser; without AGENT it lists the"
                        + " previews.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        footer = {
            "",
            "Whoever has the link sees the app, without a token. The ports must be allowed as for"
                    + " culvert",
            "forward.",
            "",
            "Examples:",
            "  culvert preview web-1 3000",
            "  culvert preview web-1 3000 --ttl 8h",
            "  culvert preview revoke 0b6de5a9a1f24a7f8ce0c01b6e7a6a3c"
        })
final class PreviewCommand implements Verb {
    private static final String PATH = "/api/v1/previews";

    private static final View LIST =
            View.of(
                    "id",
                    Column.of("ID", "id"),
                    Column.of("AGENT", "agent"),
                    Column.number("PORT", "port"),
                    Column.of("STATE", "state"),
                    Column.of("BY", "by"),
                    Column.of("EXPIRES", "expires"));

    private final Session session;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "AGENT",
            description = "The id of the agent.")
    private @Nullable String agent;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PORT",
            description = "The port in its VM, on 127.0.0.1.")
    private @Nullable Integer port;

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            description = "How long the link is valid: 10m, 8h, up to 30d. Default: 1h")
    private @Nullable String ttl;

    private PreviewCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new PreviewCommand(session))
                .addSubcommand(new Create(session))
                .addSubcommand(new ListAll(session))
                .addSubcommand(new Revoke(session));
    }

    @Override
    public int run() throws IOException {
        if (agent == null) {
            return list(session);
        }
        if (port == null) {
            throw new UsageException(
                    "say which port of %s: culvert preview %s 3000".formatted(agent, agent));
        }
        return create(session, agent, port, ttl);
    }

    private static int create(Session session, String agent, int port, @Nullable String ttl)
            throws IOException {
        Map<String, Value> body = new LinkedHashMap<>();
        body.put("port", Value.of(port));
        if (ttl != null) {
            body.put("ttl", Value.of(ttl));
        }
        String path = "/api/v1/agents/" + Request.segment(agent) + "/previews";
        Value made = session.api().ask(Request.post(path, new Value.Members(body)));
        Output output = session.output();
        if (output.format() == Format.TABLE) {
            output.note(
                    output.ofRun(
                            "made the preview %s, whose link is valid until %s and is shown only this once:"
                                    .formatted(made.text("id"), made.text("expires"))));
            output.piece(made.text("url") + "\n");
        } else {
            output.item(made, LIST);
        }
        return ExitCode.OK;
    }

    private static int list(Session session) throws IOException {
        List<Value> all = Session.pages(session.api(), PATH, "", "previews");
        session.output().items(all, LIST);
        return ExitCode.OK;
    }

    /** {@code culvert preview create}. */
    @Command(
            name = "create",
            description = "Makes a link to a port of an agent, for a browser, and shows it once.",
            mixinStandardHelpOptions = true)
    private static final class Create implements Verb {
        private final Session session;

        @Parameters(index = "0", paramLabel = "AGENT", description = "The id of the agent.")
        private String agent = "";

        @Parameters(
                index = "1",
                paramLabel = "PORT",
                description = "The port in its VM, on 127.0.0.1.")
        private int port;

        @Option(
                names = "--ttl",
                paramLabel = "TIME",
                description = "How long the link is valid: 10m, 8h, up to 30d. Default: 1h")
        private @Nullable String ttl;

        Create(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return create(session, agent, port, ttl);
        }
    }

    /** {@code culvert preview list}. */
    @Command(
            name = "list",
            description = "Lists the previews, without their links.",
            mixinStandardHelpOptions = true)
    private static final class ListAll implements Verb {
        private final Session session;

        ListAll(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return list(session);
        }
    }

    /** {@code culvert preview revoke}. */
    @Command(
            name = "revoke",
            description =
                    "Makes the link of a preview invalid, and ends the connections that show it.",
            mixinStandardHelpOptions = true)
    private static final class Revoke implements Verb {
        private final Session session;

        @Parameters(paramLabel = "ID", description = "The id of the preview.")
        private String id = "";

        Revoke(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            session.api().open(Request.delete(PATH + "/" + Request.segment(id))).close();
            session.output()
                    .done(
                            "the link of preview " + id + " is not valid any more",
                            Value.members("id", id, "state", "revoked"),
                            LIST);
            return ExitCode.OK;
        }
    }
}
