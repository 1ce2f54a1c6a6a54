package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.value.Value;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert token …}; without a verb of its own it lists them. */
@Command(
        name = "token",
        description = "Makes, lists, rotates and revokes the tokens that clients need.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]")
final class TokenCommand implements Verb {
    private static final View LIST =
            View.of(
                    "id",
                    Column.of("TOKEN", "id"),
                    Column.of("NAME", "name"),
                    Column.of("TENANT", value -> orAll(value.text("tenant"))),
                    Column.of("MAY", TokenCommand::rights),
                    Column.of("STATE", "state").in(TokenCommand::tone),
                    Column.of("EXPIRES", value -> orNever(value.text("expires"))),
                    Column.of("RATE", "rate"),
                    Column.number("TURNS", "turns"));

    private final Session session;

    private TokenCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new TokenCommand(session))
                .addSubcommand(new CreateToken(session))
                .addSubcommand(new ListTokens(session))
                .addSubcommand(new RotateToken(session))
                .addSubcommand(new RevokeToken(session));
    }

    @Override
    public int run() throws IOException {
        return list(session);
    }

    private static int list(Session session) throws IOException {
        session.output().items(Session.pages(session.api(), AdminPaths.TOKENS, "", "tokens"), LIST);
        return ExitCode.OK;
    }

    private static String path(String token) {
        return AdminPaths.TOKENS + "/" + Request.segment(token);
    }

    private static String orAll(String tenant) {
        return tenant.isEmpty() ? "all" : tenant;
    }

    private static String orNever(String time) {
        return time.isEmpty() ? "never" : time;
    }

    private static String rights(Value token) {
        return Stream.of(token.at("roles"), token.at("scopes"))
                .flatMap(list -> list.list().stream())
                .map(Value::text)
                .collect(Collectors.joining(","));
    }

    private static Tone tone(Value token) {
        return token.text("state").equals("valid") ? Tone.GOOD : Tone.FAINT;
    }

    /** The secret is data: alone on stdout in the table's format, so that a file can take it. */
    private static int secret(Value made, String sentence, Output output) {
        if (output.format() == Format.TABLE) {
            output.note(sentence + "; the secret is shown only this once:");
            output.piece(made.text("token") + "\n");
        } else {
            output.item(made, LIST);
        }
        return ExitCode.OK;
    }

    @Command(
            name = "create",
            description = "Makes a token and prints its secret, once.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Give at least one --scope or --role. The first token of a daemon has the role admin"
                        + " and no tenant; culvertd init makes it.",
                "",
                "Examples:",
                "  culvert token create --name ci --tenant acme --scope agents:read,agents:write",
                "  culvert token create --name ops --role operator --expires 90d > ops.token"
            })
    private static final class CreateToken implements Verb {
        private final Session session;

        @Option(
                names = "--name",
                required = true,
                paramLabel = "TOKEN",
                description = "What it is called in lists and logs.")
        private String name = "";

        @Option(
                names = "--tenant",
                paramLabel = "TENANT",
                description = "The only tenant whose agents it sees. Default: yours, else all")
        private @Nullable String tenant;

        @Option(
                names = "--scope",
                split = ",",
                paramLabel = "SCOPE",
                description =
                        "agents:read, agents:write, metrics:read or admin; several with commas.")
        private List<String> scopes = List.of();

        @Option(
                names = "--role",
                split = ",",
                paramLabel = "ROLE",
                description = "viewer, operator, admin, or one of auth.roles; several with commas.")
        private List<String> roles = List.of();

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                description = "How long it is valid: 12h, 90d. Default: for ever")
        private @Nullable String expires;

        @Option(
                names = "--rate",
                paramLabel = "RATE",
                description = "The most requests: 50/s, 1000/m. Default: no limit of its own")
        private @Nullable String rate;

        @Option(
                names = "--turns",
                paramLabel = "NUMBER",
                description = "The most turns at once. Default: no limit of its own")
        private @Nullable Integer turns;

        private CreateToken(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Map<String, Value> body = new LinkedHashMap<>();
            body.put("name", Value.of(name));
            put(body, "tenant", tenant);
            if (!scopes.isEmpty()) {
                body.put("scopes", Value.of(scopes.stream().map(Value::of).toList()));
            }
            if (!roles.isEmpty()) {
                body.put("roles", Value.of(roles.stream().map(Value::of).toList()));
            }
            put(body, "expires_in", expires);
            put(body, "rate", rate);
            if (turns != null) {
                body.put("turns", Value.of(turns.longValue()));
            }
            Value made =
                    session.api().ask(Request.post(AdminPaths.TOKENS, new Value.Members(body)));
            return secret(
                    made,
                    "made the token %s (%s)".formatted(made.text("id"), name),
                    session.output());
        }

        private static void put(Map<String, Value> body, String member, @Nullable String text) {
            if (text != null) {
                body.put(member, Value.of(text));
            }
        }
    }

    @Command(
            name = "list",
            description = "Lists the tokens, without their secrets.",
            mixinStandardHelpOptions = true)
    private static final class ListTokens implements Verb {
        private final Session session;

        private ListTokens(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return list(session);
        }
    }

    @Command(
            name = "rotate",
            description =
                    "Gives a token another secret and prints it, once. The former one stays valid for"
                            + " a while.",
            mixinStandardHelpOptions = true)
    private static final class RotateToken implements Verb {
        private final Session session;

        @Parameters(paramLabel = "TOKEN", description = "Its id.")
        private String token = "";

        @Option(
                names = "--overlap",
                paramLabel = "TIME",
                description = "How long the former secret stays valid: 30m, 0s. Default: 1h")
        private String overlap = "1h";

        private RotateToken(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Value made =
                    session.api()
                            .ask(
                                    Request.post(
                                            path(token) + "/rotate",
                                            Value.members("overlap", overlap)));
            return secret(
                    made,
                    "the token %s has another secret, and the former one is valid for %s"
                            .formatted(token, overlap),
                    session.output());
        }
    }

    @Command(
            name = "revoke",
            description = "Ends a token at once; its streams end within a second.",
            mixinStandardHelpOptions = true)
    private static final class RevokeToken implements Verb {
        private final Session session;

        @Parameters(paramLabel = "TOKEN", description = "Its id.")
        private String token = "";

        private RevokeToken(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            session.api().ask(Request.delete(path(token)));
            session.output()
                    .done(
                            "the token " + token + " is revoked",
                            Value.members("id", token, "revoked", true),
                            LIST);
            return ExitCode.OK;
        }
    }
}
