package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert enroll}: makes a join token, and says what to run in the guest. */
@Command(
        name = "enroll",
        description =
                "Makes a join token for one agent, and prints the command to run in its guest, once.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "The token is valid for one agent and for --ttl. The agent makes a key of its own, and"
                    + " needs the token only the first time.",
            "",
            "Examples:",
            "  culvert enroll web",
            "  culvert enroll build-7 --tenant acme --ttl 10m -o json"
        })
final class EnrollCommand implements Verb {
    private final Session session;

    @Parameters(
            paramLabel = "NAME",
            arity = "0..1",
            description =
                    "The id that the agent will have. Default: the agent's --name, or its hostname")
    private @Nullable String name;

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            description = "Whose agent it will be. Default: your own tenant, or else 'default'")
    private @Nullable String tenant;

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            description = "How long the token is valid: 10m, 1h, up to 30d. Default: 1h")
    private @Nullable String ttl;

    EnrollCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Map<String, Value> body = new LinkedHashMap<>();
        put(body, "name", name);
        put(body, "tenant", tenant);
        put(body, "ttl", ttl);
        Value made =
                session.api().ask(Request.post(EnrollmentsCommand.PATH, new Value.Members(body)));
        show(made, session.output());
        return ExitCode.OK;
    }

    private static void put(Map<String, Value> body, String member, @Nullable String text) {
        if (text != null) {
            body.put(member, Value.of(text));
        }
    }

    /** The command is data: alone on stdout, so that it can be copied or piped. */
    private static void show(Value made, Output output) {
        if (output.format() == Format.TABLE || output.format() == Format.NAME) {
            output.note(
                    output.ofRun("made the enrolment " + made.text("id"))
                            + "; run this in the guest before "
                            + made.text("expires")
                            + ". It contains the token, which is shown only this once:");
            output.piece(made.text("command") + "\n");
        } else {
            output.item(made, EnrollmentsCommand.LIST);
        }
    }
}
