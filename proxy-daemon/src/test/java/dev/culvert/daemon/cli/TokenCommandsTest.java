package dev.culvert.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.config.Scope;
import dev.culvert.daemon.state.StateDir;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvertd init} and {@code culvertd token}. */
class TokenCommandsTest {
    @TempDir Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path state = Path.of("");

    @BeforeEach
    void place() {
        state = folder.resolve("state");
    }

    private int run(String... arguments) {
        Layers layers =
                new Layers(
                        Map.of(
                                "HOME",
                                folder.resolve("home").toString(),
                                "CULVERT_STATE_DIR",
                                state.toString()),
                        folder.resolve("culvertd.jsonc"));
        return Culvertd.commands((_, _, _) -> 0, layers)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private List<Token> tokens() throws IOException {
        return StateDir.tokensIn(state).read();
    }

    @Test
    void initMakesAnAdminTokenAndStoresItForTheCommand() throws IOException {
        assertThat(run("init")).as(err.toString()).isZero();

        assertThat(tokens()).singleElement().extracting(Token::name).isEqualTo("admin");
        Path file = folder.resolve("home/.config/culvert/local.token");
        String secret = Files.readString(file).strip();
        assertThat(secret).startsWith("cvt_" + tokens().getFirst().id() + "_");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file.resolveSibling("contexts.jsonc")))
                .contains("\"current\": \"local\"")
                .contains("\"url\": \"http://127.0.0.1:8470\"")
                .contains(file.toString());
        assertThat(out.toString()).contains("systemctl reload culvertd").doesNotContain(secret);
    }

    @Test
    void initDoesNothingWhereThereIsATokenAlready() throws IOException {
        run("init");
        assertThat(run("init")).isEqualTo(1);
        assertThat(err.toString()).contains("local.token is there already");

        Files.delete(folder.resolve("home/.config/culvert/local.token"));
        assertThat(run("init")).isEqualTo(1);
        assertThat(err.toString()).contains("culvertd token create");
        assertThat(tokens()).hasSize(1);
    }

    @Test
    void aTokenThatCannotBeStoredForTheCommandIsRevokedAgain() throws IOException {
        Files.writeString(folder.resolve("home"), "a file where a directory should be");

        assertThat(run("init")).isEqualTo(1);

        assertThat(err.toString()).contains("the token was revoked again");
        assertThat(tokens().getFirst().revoked()).isNotNull();
    }

    @Test
    void createPrintsTheSecretAlone() throws IOException {
        run("init");
        out.getBuffer().setLength(0);

        assertThat(
                        run(
                                "token",
                                "create",
                                "--name=ci",
                                "--tenant=acme",
                                "--scope=agents:read,agents:write",
                                "--expires=90d",
                                "--rate=50/s",
                                "--bytes=10MiB/s",
                                "--turns=20"))
                .as(err.toString())
                .isZero();

        Token made = tokens().getLast();
        assertThat(out.toString().strip()).matches("cvt_" + made.id() + "_[A-Za-z0-9_-]{43}");
        assertThat(made.tenant()).isEqualTo("acme");
        assertThat(made.grant().scopes())
                .containsExactlyInAnyOrder(Scope.AGENTS_READ, Scope.AGENTS_WRITE);
        assertThat(made.grant().limits()).isEqualTo(Grant.Limits.of("50/s", "10MiB/s", 20));
        assertThat(made.expires()).isEqualTo(made.created().plusSeconds(90L * 24 * 3600));
    }

    @Test
    void wrongFlagsAreToldWithWhatTheyTake() throws IOException {
        run("init");
        String create = "token create --name=ci ";
        for (String flags :
                List.of(
                        create + "--scope=agents",
                        create + "--scope=agents:wirte",
                        create + "--role=boss",
                        create + "--role=opreator",
                        create + "--role=viewer --expires=soon",
                        create + "--role=viewer --rate=fast",
                        create + "--role=viewer --bytes=10MiB",
                        create + "--role=viewer --bytes=0/s",
                        create + "--role=viewer --turns=-1",
                        create,
                        "token create --name=c/i --role=viewer")) {
            assertThat(run(flags.strip().split(" ", -1))).as(flags).isEqualTo(2);
        }
        assertThat(err.toString())
                .contains("--scope got \"agents\": it takes agents:read")
                .contains("; did you mean agents:write?")
                .contains("the roles are viewer, operator, approver, admin")
                .contains("; did you mean operator?")
                .contains("it takes a time such as 90d or 12h")
                .contains("it takes a rate such as 50/s")
                .contains("bytes is not valid: it takes a number of bytes a second such as 10MiB/s")
                .contains("it has neither scopes nor roles");
        assertThat(tokens()).hasSize(1);
    }

    @Test
    void validateTellsThatTheDaemonWouldNotStartWithoutAToken() throws IOException {
        Files.writeString(
                folder.resolve("culvertd.jsonc"), "{\"http\": {\"listen\": [\"0.0.0.0:8470\"]}}");
        assertThat(run("config", "validate")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no token yet").contains("culvertd init");

        run("init");
        assertThat(run("config", "validate")).isZero();
    }
}
