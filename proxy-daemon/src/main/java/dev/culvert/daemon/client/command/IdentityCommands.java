package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What {@code culvert agents} does with the identities of agents that dial in. */
final class IdentityCommands {
    private IdentityCommands() {}

    static List<Verb> all(Session session) {
        return List.of(new Rotate(session), new Revoke(session));
    }

    private static String path(String agent) {
        return AgentsCommand.path(agent) + "/identity";
    }

    @Command(
            name = "rotate",
            description =
                    "Gives an agent that dials in another key. It must be connected; its turns are not"
                            + " touched.",
            mixinStandardHelpOptions = true)
    private static final class Rotate implements Verb {
        private final Session session;

        @Parameters(paramLabel = "AGENT", description = "Its name.")
        private String agent = "";

        private Rotate(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Value rotated =
                    session.api().ask(Request.post(path(agent) + "/rotate", Value.members()));
            session.output()
                    .done(
                            "agent '%s' has another key, %s"
                                    .formatted(agent, rotated.at("identity").text("key")),
                            rotated,
                            AgentsCommand.ONE);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "revoke",
            description =
                    "Ends the identity of an agent that dials in: its link and its streams end"
                            + " within a second, and it needs another join token.",
            mixinStandardHelpOptions = true)
    private static final class Revoke implements Verb {
        private final Session session;

        @Parameters(paramLabel = "AGENT", description = "Its name.")
        private String agent = "";

        private Revoke(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            session.api().ask(Request.delete(path(agent)));
            session.output()
                    .done(
                            "the identity of agent '" + agent + "' is revoked",
                            Value.members("id", agent, "revoked", true),
                            AgentsCommand.ONE);
            return ExitCode.OK;
        }
    }
}
