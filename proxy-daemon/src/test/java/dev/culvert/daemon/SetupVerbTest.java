package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.client.keys.FakeKeyring;
import dev.culvert.daemon.client.output.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert setup} against a daemon that wants a token. */
@Timeout(60)
class SetupVerbTest {
    private static final Terminal TERMINAL = new Terminal(true, true, 100);

    @TempDir private Path folder;
    private ScriptedGuest coder;
    private TestDaemon daemon;
    private Path settings;
    private String url;
    private String token;

    @BeforeEach
    void start() throws Exception {
        Path state = Files.createDirectory(folder.resolve("state"));
        coder = ScriptedGuest.announcing();
        daemon =
                TestDaemon.start(
                        "{\"state_dir\": \"%s\", %s}".formatted(state, TestDaemon.agents(coder)));
        url = "http://127.0.0.1:" + daemon.port();
        CommandRun made =
                User.of(daemon).run("token", "create", "--name", "root", "--role", "admin");
        assertThat(made.code()).as(made.err()).isZero();
        token = made.out().strip();
        settings = folder.resolve("config/culvert");
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
        coder.close();
    }

    private User me() {
        return new User(settings).with("HOME", folder.toString()).with("PATH", "/nonexistent");
    }

    private Path kept() {
        return settings.resolve("local.token");
    }

    private String contexts() throws IOException {
        return Files.readString(settings.resolve("contexts.jsonc"));
    }

    @Test
    void keepsATokenThatTheDaemonTakes() throws Exception {
        CommandRun run =
                me().typing(token + "\n").run("setup", "--yes", "--url", url, "--token-stdin");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err())
                .isEqualTo(
                        "culvert: %s answers; the other commands use it now, as the context 'local', with the token in %s\n"
                                .formatted(url, kept()));
        assertThat(kept()).hasContent(token + "\n");
        assertThat(Files.getPosixFilePermissions(kept()))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(contexts()).contains("\"agent\": \"a\"").doesNotContain(token);
        CommandRun agents = me().run("agents", "-o", "name");
        assertThat(agents.out()).as(agents.err()).isEqualTo("a\n");
        assertThat(me().run("context").out())
                .containsPattern("\\* +local +" + url + " +" + kept() + " +a");
    }

    @Test
    void aTokenThatTheDaemonRefusesIsNotKept() {
        CommandRun run =
                me().typing("cvt_no_no\n").run("setup", "--yes", "--url", url, "--token-stdin");

        assertThat(run.code()).as(run.err()).isEqualTo(4);
        assertThat(settings).doesNotExist();
        assertThat(me().typing("\n").run("setup", "--yes", "--url", url, "--token-stdin").err())
                .contains("stdin has no token (--token-stdin)");
        assertThat(me().run("setup", "--yes", "--url", url).code()).isEqualTo(4);
    }

    @Test
    void aDaemonThatIsNotThereIsNotKept() {
        CommandRun run = me().run("setup", "--yes", "--url", "http://127.0.0.1:1");

        assertThat(run.code()).as(run.err()).isEqualTo(3);
        assertThat(settings).doesNotExist();
        assertThat(me().run("setup", "--yes", "--url", "nonsense").code()).isEqualTo(2);
    }

    @Test
    void asksAPersonUntilItWorks() throws Exception {
        String answers =
                String.join(
                        "\n",
                        "nonsense",
                        "http://127.0.0.1:1",
                        url,
                        "cvt_no_no",
                        "two words",
                        token,
                        "maybe",
                        "y",
                        "");
        CommandRun run = me().with("SHELL", "/bin/fish").at(TERMINAL).typing(answers).run("setup");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains(
                        "URL of the daemon [http://127.0.0.1:8470]: ",
                        "'nonsense' is not the address of a daemon",
                        "the daemon at http://127.0.0.1:1 cannot be reached",
                        "Token (it is not shown): ",
                        "that is no token: a token is one word on one line",
                        "Install the completion for fish [Y/n]: ",
                        "answer y or n")
                .doesNotContain(token);
        assertThat(kept()).hasContent(token + "\n");
        assertThat(folder.resolve(".config/fish/completions/culvert.fish"))
                .content()
                .contains("complete -c culvert", "stream");
    }

    @Test
    void canBeRunAgain() throws Exception {
        me().typing(token).run("setup", "--yes", "--url", url, "--token-stdin");
        String before = contexts();

        CommandRun again = me().at(TERMINAL).typing("\n").run("setup");
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.err())
                .contains("URL of the daemon [" + url + "]: ")
                .doesNotContain("Token");
        assertThat(contexts()).isEqualTo(before);

        assertThat(me().run("setup", "--yes", "--agent", "b").err())
                .contains("the daemon does not know the agent 'b' yet");
        assertThat(contexts()).isEqualTo(before.replace("\"agent\": \"a\"", "\"agent\": \"b\""));
        assertThat(me().run("setup", "--yes").code()).isZero();
        assertThat(contexts()).contains("\"agent\": \"b\"");
    }

    @Test
    void aTokenThatIsRefusedByNowIsAskedForAgain() throws Exception {
        me().typing(token).run("setup", "--yes", "--url", url, "--token-stdin");
        Files.writeString(kept(), "cvt_old_old\n");

        CommandRun again = me().at(TERMINAL).typing("\n" + token + "\n").run("setup");

        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.err()).contains("the token in " + kept() + " is refused");
        assertThat(kept()).hasContent(token + "\n");
    }

    @Test
    void aFileThatTheUserNamesStaysWhereItIs() throws Exception {
        Path mine = Files.writeString(folder.resolve("mine"), token + "\n");
        Files.setPosixFilePermissions(mine, PosixFilePermissions.fromString("rw-r--r--"));
        String[] line = {"setup", "--yes", "--url", url, "--token-file", mine.toString()};
        CommandRun open = me().run(line);
        assertThat(open.code()).isEqualTo(2);
        assertThat(open.err()).contains("can be read or changed by others", "chmod 600");

        Files.setPosixFilePermissions(mine, PosixFilePermissions.fromString("rw-------"));
        assertThat(me().run(line).code()).isZero();
        assertThat(contexts()).contains("\"token_file\": \"" + mine + "\"");
        assertThat(kept()).doesNotExist();
    }

    @Test
    void theDesktopsKeyringKeepsIt() throws Exception {
        String desktop = FakeKeyring.pathIn(folder);
        CommandRun run =
                me().with("PATH", desktop)
                        .at(TERMINAL)
                        .typing(token + "\n\n")
                        .run("setup", "--url", url, "--name", "prod");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("Keep the token in the desktop's keyring [Y/n]: ");
        assertThat(contexts()).contains("\"token_keyring\": \"prod\"").doesNotContain(token);
        assertThat(me().with("PATH", desktop).run("agents").code()).isZero();
        CommandRun without = me().run("agents");
        assertThat(without.code()).isEqualTo(2);
        assertThat(without.err()).contains("there is no program secret-tool in PATH");
    }

    @Test
    void withoutAKeyringThatPlaceIsRefused() {
        CommandRun run =
                me().typing(token)
                        .run("setup", "--yes", "--url", url, "--token-stdin", "--key", "keyring");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("libsecret-tools", "culvert setup --key file");
        assertThat(me().run("setup", "--yes", "--url", url, "--key", "pocket").err())
                .contains("--key takes file, keyring or env:NAME");
    }

    @Test
    void aVariableCanHaveIt() throws Exception {
        String[] line = {"setup", "--yes", "--url", url, "--key", "env:CI_TOKEN"};
        assertThat(me().run(line).err()).contains("the environment variable CI_TOKEN");

        CommandRun run = me().with("CI_TOKEN", token).run(line);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(contexts()).contains("\"token_env\": \"CI_TOKEN\"").doesNotContain(token);
        assertThat(me().with("CI_TOKEN", token).run("agents").code()).isZero();
        assertThat(me().run("agents").code()).isEqualTo(2);
    }

    @Test
    void installsTheCompletionWhereTheShellLooksForIt() throws Exception {
        User bash = me().with("SHELL", "/usr/bin/bash").with("XDG_DATA_HOME", folder + "/data");
        CommandRun run =
                bash.typing(token)
                        .run("setup", "--yes", "--url", url, "--token-stdin", "--completion");
        assertThat(run.code()).as(run.err()).isZero();
        boolean isThere = Files.exists(Path.of("/usr/share/bash-completion/completions/culvert"));
        if (!isThere) {
            assertThat(folder.resolve("data/bash-completion/completions/culvert"))
                    .hasContent(me().run("completion", "bash").out());
        }

        CommandRun zsh = me().with("SHELL", "/bin/zsh").run("setup", "--yes", "--completion");
        assertThat(zsh.err()).contains("fpath=(" + folder + "/.local/share/zsh/site-functions");
        assertThat(me().with("SHELL", "/bin/ksh").run("setup", "--yes", "--completion").err())
                .contains("is none of bash, zsh and fish");
    }

    @Test
    void aTokenOnStdinIsNoAnswer() {
        CommandRun run =
                me().at(TERMINAL).typing(token + "\n").run("setup", "--url", url, "--token-stdin");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(kept()).hasContent(token + "\n");
    }

    @Test
    void aPersonWhoIsNotThereIsTold() {
        CommandRun run = me().at(TERMINAL).typing("").run("setup");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("nobody answers: give the answers as flags");
    }
}
