package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.flags.TokenFlags;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
                    Column.of("BYTES", "bytes"),
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

    /**
     * The secret is data: alone on stdout in the formats for people and of names, so that a file
     * can take it, and so that it is not lost.
     */
    private static int secret(Value made, String sentence, Output output) {
        if (output.format() == Format.TABLE || output.format() == Format.NAME) {
            output.note(output.ofRun(sentence) + "; the secret is shown only this once:");
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
                "  (umask 077; culvert token create --name ops --role operator > ops.token)"
            })
    private static final class CreateToken implements Verb {
        private final Session session;

        @Mixin private final TokenFlags flags = new TokenFlags();

        private CreateToken(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Map<String, Value> body = new LinkedHashMap<>();
            body.put("name", Value.of(flags.name()));
            put(body, "tenant", flags.tenant());
            put(body, "scopes", flags.scopes());
            put(body, "roles", flags.roles());
            put(body, "expires_in", flags.expires());
            put(body, "rate", flags.rate());
            put(body, "bytes", flags.bytes());
            flags.turns().ifPresent(turns -> body.put("turns", Value.of(turns)));
            Value made =
                    session.api().ask(Request.post(AdminPaths.TOKENS, new Value.Members(body)));
            return secret(
                    made,
                    "made the token %s (%s)".formatted(made.text("id"), flags.name()),
                    session.output());
        }

        private static void put(Map<String, Value> body, String member, Optional<String> text) {
            text.ifPresent(it -> body.put(member, Value.of(it)));
        }

        private static void put(Map<String, Value> body, String member, List<String> texts) {
            if (!texts.isEmpty()) {
                body.put(member, Value.of(texts.stream().map(Value::of).toList()));
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
