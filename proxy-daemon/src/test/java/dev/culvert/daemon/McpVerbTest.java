package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert mcp}: the protocol on stdin and stdout, and what registers it. */
@Timeout(60)
class McpVerbTest {
    private static final String ASK =
            "\"method\":\"tools/call\",\"params\":{\"name\":\"ask\",\"arguments\":{\"agent\":\"a\",\"message\":\"hi\"}";
    private static final String META =
            "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{},\"progressToken\":5}";

    @TempDir Path folder;

    @Test
    void carriesTheMessagesOfAnEarlierClient() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest);
                McpProgram program = McpProgram.start(daemon)) {
            program.write(
                    "{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\"}}");
            Value begun = program.read();
            assertThat(begun.text("id")).isEqualTo("i");
            assertThat(begun.at("result").text("protocolVersion")).isEqualTo("2025-06-18");
            program.write("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
            program.write("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}");
            assertThat(program.read().at("result", "tools").list()).isNotEmpty();
            program.write("nonsense");
            assertThat(program.read().at("error").text("code")).isEqualTo("-32700");
            program.write("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"no/such\"}");
            assertThat(program.read().at("error").text("code")).isEqualTo("-32601");
            assertThat(program.end()).isZero();
            assertThat(program.err()).isEmpty();
        }
    }

    @Test
    void carriesProgressAndTheResultOfALaterClient() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest);
                McpProgram program = McpProgram.start(daemon)) {
            program.write("{\"jsonrpc\":\"2.0\",\"id\":4," + ASK + "," + META + "}}");
            Request message = guest.take();
            message.chunk("hel");
            assertThat(program.read().at("params").text("message")).isEqualTo("hel");
            message.done("lo");
            assertThat(program.read().at("params").text("progress")).isEqualTo("2");
            assertThat(program.read().at("result", "content").list().getFirst().text("text"))
                    .isEqualTo("hello");
            assertThat(program.end()).isZero();
        }
    }

    @Test
    void whatIsCancelledStopsTheAgent() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = TestDaemon.with(guest);
                McpProgram program = McpProgram.start(daemon)) {
            program.write("{\"jsonrpc\":\"2.0\",\"id\":4," + ASK + "}}");
            Request message = guest.take();
            program.write(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":4}}");
            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            assertThat(cancel.id()).isEqualTo(message.id());
            assertThat(program.end()).isZero();
        }
    }

    @Test
    @SuppressWarnings("try") // the daemon goes in the middle
    void aTurnThatFailsAndADaemonThatIsGoneAreErrors() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest);
                McpProgram program = McpProgram.start(daemon)) {
            program.write("{\"jsonrpc\":\"2.0\",\"id\":4," + ASK + "}}");
            guest.take().error("runtime_error", "broken");
            assertThat(program.read().at("error").text("code")).isEqualTo("-32603");
            daemon.close();
            program.write("{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/list\"}");
            Value answer = program.read();
            assertThat(answer.text("id")).isEqualTo("5");
            assertThat(answer.at("error").text("message")).contains("cannot be reached");
            assertThat(program.end()).isZero();
            assertThat(program.err()).contains("cannot be reached");
        }
    }

    @Test
    void validateCallsEachToolThatOnlyReads() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.on("ping", request -> request.reply("pong", "{}"));
            CommandRun run = User.of(daemon).run("mcp", "validate", "-o", "jsonl");
            assertThat(run.code()).as(run.out() + run.err()).isZero();
            assertThat(run.out())
                    .contains("{\"tool\":\"agents_show\",\"result\":\"ok\"")
                    .contains("{\"tool\":\"agents_remove\",\"result\":\"passed over\"");

            guest.hold("ping");
            guest.on("ping", request -> request.error("internal", "no"));
            CommandRun failed = User.of(daemon).run("mcp", "validate");
            assertThat(failed.code()).as(failed.out() + failed.err()).isEqualTo(1);
            assertThat(failed.out()).containsPattern("(?m)^ping +failed ");
        }
    }

    private Path program(String name, String script) throws IOException {
        Path program = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return program;
    }

    @Test
    void installRegistersItselfByTheCommandOfTheClient() throws Exception {
        Path said = folder.resolve("said");
        program("codex", "echo \"$0 $*\" >> " + said);
        program("claude", "echo \"$0 $*\" >> " + said);
        Path own = program("culvert", "");
        User user = new User(folder).with("PATH", "/usr/bin:" + folder);

        assertThat(user.run("--url", "http://h:1", "mcp", "install", "--client", "codex").code())
                .isZero();
        assertThat(user.run("mcp", "install", "--client", "claude").code()).isZero();
        assertThat(user.run("mcp", "install", "--client", "claude", "--remove").code()).isZero();
        assertThat(Files.readAllLines(said))
                .containsExactly(
                        folder + "/codex mcp add culvert -- " + own + " --url http://h:1 mcp",
                        folder + "/claude mcp add --scope user culvert -- " + own + " mcp",
                        folder + "/claude mcp remove --scope user culvert");
    }

    @Test
    void installPrintsTheCommandAndSaysWhatIsMissing() throws Exception {
        User user = new User(folder).with("PATH", folder.toString());
        CommandRun dry =
                user.run(
                        "--context", "my lab", "mcp", "install", "--client", "claude", "--dry-run");
        assertThat(dry.out())
                .contains("claude mcp add --scope user culvert -- culvert --context 'my lab' mcp");
        CommandRun none = user.run("mcp", "install", "--client", "codex");
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("no codex in the PATH");
        program("codex", "echo no room >&2; exit 3");
        CommandRun failed = user.run("mcp", "install", "--client", "codex");
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err()).contains("ended with 3: no room");
    }
}
