package dev.culvert.daemon.client.chat;

import static dev.culvert.daemon.client.chat.ScriptedServer.call;
import static dev.culvert.daemon.client.chat.ScriptedServer.callsEnd;
import static dev.culvert.daemon.client.chat.ScriptedServer.chunk;
import static dev.culvert.daemon.client.chat.ScriptedServer.done;
import static dev.culvert.daemon.client.chat.ScriptedServer.stream;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.command.Culvert;
import dev.culvert.daemon.client.command.Main;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.value.Value;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert chat} as a command, where nobody is at a terminal. */
@Timeout(60)
class ChatTest {
    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    @TempDir private Path home;
    private Path project;
    private ScriptedServer server;
    private StringWriter out = new StringWriter();
    private StringWriter err = new StringWriter();

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
        project = Files.createDirectories(home.resolve("src/shop"));
        Files.createDirectory(project.resolve(".git"));
        Files.writeString(project.resolve("a.txt"), "one\n");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private int chat(String... arguments) {
        return chat("", Terminal.NONE, arguments);
    }

    private int chat(String typed, Terminal terminal, String... arguments) {
        out = new StringWriter();
        err = new StringWriter();
        String[] line = new String[arguments.length + 3];
        line[0] = "chat";
        System.arraycopy(arguments, 0, line, 1, arguments.length);
        line[arguments.length + 1] = "--project";
        line[arguments.length + 2] = project.toString();
        return Culvert.run(
                new Surroundings(
                        Map.of(
                                "CULVERT_URL",
                                "http://127.0.0.1:" + server.port(),
                                "HOME",
                                home.toString(),
                                "USER",
                                "ada",
                                "PATH",
                                "/usr/bin:/bin"),
                        new ByteArrayInputStream(typed.getBytes(UTF_8)),
                        new PrintWriter(out),
                        new PrintWriter(err),
                        new Surroundings.Place(
                                home.resolve(".config/culvert"), List.of(), terminal, _ -> {})),
                line);
    }

    private Path state() {
        return home.resolve(".local/state/culvert");
    }

    @Test
    void theAgentsCallsReadTheProjectAndTheAnswerIsAlone() throws IOException {
        server.then(
                stream(call(1, "c1", "read_file", "{\"path\":\"a.txt\"}"), callsEnd(2, "ct_1")),
                stream(chunk(1, "**One** line.\u001B"), done(2)));

        assertThat(chat("web-1", "--message", "how many lines?")).isZero();

        assertThat(out).hasToString("**One** line.\u001B\n");
        assertThat(err.toString()).isEmpty();
        Value sent = server.requests().getFirst().body();
        assertThat(sent.at("tools").list()).hasSize(6);
        assertThat(sent.at("messages").list().getFirst().text("content")).contains("shop");
        assertThat(server.requests().getLast().body().at("tool_results").list().getFirst().json())
                .isEqualTo("{\"id\":\"c1\",\"success\":true,\"result\":\"one\\n\"}");
        assertThat(Files.readString(state().resolve("audit/chat.log")))
                .contains("\"who\":\"ada\"")
                .contains("\"tool\":\"read_file\"")
                .contains("\"outcome\":\"allow\"");
    }

    @Test
    void whatNeedsConfirmingIsRefusedWhereNobodyIsThere() throws IOException {
        server.then(
                stream(
                        call(1, "c1", "write_file", "{\"path\":\"b\",\"content\":\"x\"}"),
                        callsEnd(2, "ct_1")),
                stream(chunk(1, "I may not."), done(2)));

        assertThat(chat("web-1", "--message", "write", "--trace")).isZero();

        assertThat(project.resolve("b")).doesNotExist();
        assertThat(server.requests().getLast().body().json()).contains("nobody is at the terminal");
        assertThat(err.toString())
                .startsWith("culvert: call write_file {\"path\":\"b\",\"content\":\"x\"}\n")
                .contains("culvert: result failed: it needs to be confirmed");
    }

    @Test
    void theProjectsPolicyDecides() throws IOException {
        Files.writeString(
                project.resolve("culvert.jsonc"),
                "{\"rules\": [{\"decision\": \"deny\", \"tools\": [\"read_file\"], \"reason\":"
                        + " \"no\"}]}");
        server.then(
                stream(call(1, "c1", "read_file", "{\"path\":\"a.txt\"}"), callsEnd(2, "ct_1")),
                stream(chunk(1, "I may not."), done(2)));

        chat("web-1", "--message", "read");

        assertThat(server.requests().getLast().body().json()).contains("the policy denies it");
    }

    @Test
    void aSessionIsContinued() throws IOException {
        server.then(stream(chunk(1, "Hello Ada."), done(2)), stream(chunk(1, "Ada."), done(2)));
        chat("web-1", "--message", "I am Ada");

        assertThat(chat("--continue", "--message", "who am I?")).isZero();

        assertThat(server.requests().getLast().line()).contains("/agents/web-1/");
        assertThat(server.requests().getLast().body().at("messages").list())
                .extracting(it -> it.text("role"))
                .containsExactly("system", "user", "assistant", "user");
        assertThat(chat("--sessions", "--output", "json")).isZero();
        Value listed = Value.parse(out.toString()).list().getFirst();
        assertThat(listed.text("title")).isEqualTo("I am Ada");
        assertThat(listed.text("messages")).isEqualTo("4");

        server.then(stream(chunk(1, "x"), done(2)));
        assertThat(chat("--resume", listed.text("id"), "--message", "y")).isZero();
        assertThat(server.requests().getLast().body().at("messages").list()).hasSize(6);
    }

    @Test
    void whatIsNotThereCannotBeContinued() {
        server.then(stream(chunk(1, "x"), done(2)));
        assertThat(chat("web-1", "--continue", "--message", "x")).isZero();
        assertThat(err.toString()).contains("a new one begins").contains("sessionTimeout");
        assertThat(chat("--resume", "aaaaaa", "--message", "x")).isEqualTo(2);
        assertThat(chat("--message", "x")).isEqualTo(2);
        assertThat(err.toString()).contains("which agent?");
        assertThat(chat("--local", "web-1", "--message", "x")).isEqualTo(2);
    }

    @Test
    void theMessageMayComeFromStdin() {
        server.then(stream(chunk(1, "x"), done(2)), stream(chunk(1, "x"), done(2)));

        assertThat(chat("some text\n", Terminal.NONE, "web-1")).isZero();
        assertThat(chat("other", Terminal.NONE, "web-1", "--message", "-")).isZero();

        assertThat(server.requests())
                .extracting(it -> it.body().at("messages").list().getLast().text("content"))
                .containsExactly("some text\n", "other");
        assertThat(chat(" ", Terminal.NONE, "web-1")).isEqualTo(2);
    }

    @Test
    void onATerminalMarkdownIsReadableAndColoursCanBeSwitchedOff() {
        Terminal terminal = new Terminal(true, true, 80);
        server.then(stream(chunk(1, "# **A**"), done(2)), stream(chunk(1, "# **A**"), done(2)));

        chat("", terminal, "web-1", "--message", "x");
        assertThat(out.toString()).contains("\u001B[1mA").doesNotContain("#").doesNotContain("**");
        chat("", terminal, "web-1", "--message", "x", "--color", "never");
        assertThat(out).hasToString("# **A**\n");
    }

    @Test
    void programsGetEachEventAsALine() throws IOException {
        server.then(stream(chunk(1, "x"), done(2)));

        chat("web-1", "--message", "x", "--output", "jsonl");

        assertThat(out.toString().lines()).hasSize(2);
        assertThat(Value.parse(out.toString().lines().findFirst().orElseThrow()).text("event"))
                .isEqualTo("chunk");
    }

    private void userFile(String text) throws IOException {
        Path folder = Files.createDirectories(home.resolve(".config/culvert"));
        Files.writeString(folder.resolve("culvert.jsonc"), text);
    }

    @Test
    void aToolOfTheProjectRunsUnderThePolicy() throws IOException {
        userFile(
                """
                {"rules": [{"decision": "allow", "tools": ["greet"], "command": [".culvert/tools/greet"]}]}
                """);
        Path tools = Files.createDirectories(project.resolve(".culvert/tools"));
        Files.writeString(tools.resolve("greet.json"), "{\"description\": \"Greets.\"}");
        Path program = Files.writeString(tools.resolve("greet"), "#!/bin/sh\necho hello\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        server.then(
                stream(call(1, "c1", "greet", "{}"), callsEnd(2, "ct_1")),
                stream(chunk(1, "It greets."), done(2)));

        assertThat(chat("web-1", "--commands", "unconfined", "--message", "greet")).isZero();

        assertThat(server.requests().getFirst().body().at("tools").list()).hasSize(7);
        assertThat(server.requests().getLast().body().json())
                .contains("\"success\":true,\"result\":\"hello\\n");
    }

    @Test
    void whatATurnHasChangedBecomesACommitWhereTheSettingsWantThat() throws Exception {
        userFile(
                """
                {"autoCommit": true,
                 "rules": [{"decision": "allow", "access": ["read", "write"], "allowed_paths": ["."]}]}
                """);
        Files.writeString(home.resolve(".gitconfig"), "[user]\nname = Ada\nemail = a@b.example\n");
        Files.delete(project.resolve(".git"));
        git("init", "--quiet");
        server.then(
                stream(
                        call(1, "c1", "write_file", "{\"path\":\"b\",\"content\":\"x\"}"),
                        callsEnd(2, "ct_1")),
                stream(chunk(1, "done"), done(2)));

        assertThat(chat("web-1", "--message", "write b")).isZero();

        assertThat(err.toString()).startsWith("culvert: committed b as ");
        assertThat(git("log", "--format=%s", "--name-only")).isEqualTo("culvert: write b\n\nb\n");
    }

    @Test
    void aCollectorThatTheUserHasNamedIsToldTimesAndNothingThatWasSaid() throws Exception {
        try (ScriptedServer collector = new ScriptedServer()) {
            userFile("{\"telemetryUrl\": \"http://127.0.0.1:%d\"}".formatted(collector.port()));
            collector.then(ScriptedServer.json(200, "{}"), ScriptedServer.json(500, "{}"));
            server.then(
                    stream(call(1, "c1", "read_file", "{\"path\":\"a.txt\"}"), callsEnd(2, "ct_1")),
                    stream(chunk(1, "secret"), done(2)),
                    stream(chunk(1, "secret"), done(2)));

            assertThat(chat("web-1", "--message", "a secret")).isZero();

            ScriptedServer.Request told = collector.requests().getFirst();
            assertThat(told.line()).isEqualTo("POST /v1/traces HTTP/1.1");
            assertThat(told.body().json())
                    .contains("\"execute_tool read_file\"", "\"invoke_agent web-1\"")
                    .doesNotContain("secret", "a.txt");
            assertThat(chat("web-1", "--message", "x")).isZero();
            assertThat(err.toString()).contains("no more telemetry").contains("telemetryUrl");
        }
    }

    private String git(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(project.toFile());
        builder.environment().put("HOME", home.toString());
        Process git = builder.redirectErrorStream(true).start();
        String said = new String(git.getInputStream().readAllBytes(), UTF_8);
        assertThat(git.waitFor()).as(said).isZero();
        return said;
    }

    /* The name of a folder may come from an archive or a clone. */
    @Test
    void aNameOfAFolderMovesNoCursor() throws IOException {
        project = Files.createDirectories(home.resolve("a\u001B[2J\u001B]0;b\u0007"));

        assertThat(chat("web-1", "--resume", "abcdef", "--message", "x")).isEqualTo(2);
        assertThat(err.toString())
                .contains("/a\\u001b[2J\\u001b]0;b\\u0007: culvert chat --sessions lists them")
                .doesNotContain("\u001B", "\u0007");

        Files.writeString(project.resolve("culvert.jsonc"), "{\"rules\": 1}");
        assertThat(chat("web-1", "--message", "x")).isEqualTo(2);
        assertThat(err.toString())
                .contains("/a\\u001b[2J\\u001b]0;b\\u0007/culvert.jsonc is not used")
                .doesNotContain("\u001B", "\u0007");
    }

    @Test
    void withoutToolsNoneAreOfferedAndNothingIsTouched() throws IOException {
        server.then(stream(chunk(1, "x"), done(2)));

        chat("web-1", "--no-tools", "--message", "x");

        assertThat(server.requests().getFirst().body().json())
                .isEqualTo("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        assertThat(state().resolve("audit")).doesNotExist();
    }

    /* In a process of its own, because other classes remember the name of the system. No macOS was at hand: this is a
     * Linux that says it is one, with the opener that macOS gets. */
    @Test
    void onMacOsToolsWorkWithFilesAndStartNothing() throws Exception {
        userFile(
                """
                {"rules": [{"decision": "allow", "access": ["read", "write", "list"], "allowed_paths": ["."]}]}
                """);
        Path outside = Files.writeString(home.resolve("outside.txt"), "outside");
        Files.createSymbolicLink(project.resolve("link"), outside);
        Path tools = Files.createDirectories(project.resolve(".culvert/tools"));
        Files.writeString(tools.resolve("greet.json"), "{\"description\": \"Greets.\"}");
        Path program = Files.writeString(tools.resolve("greet"), "#!/bin/sh\necho hello\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        server.then(
                stream(
                        call(1, "c1", "read_file", "{\"path\":\"a.txt\"}"),
                        call(2, "c2", "write_file", "{\"path\":\"d/e/b\",\"content\":\"x y\"}"),
                        call(
                                3,
                                "c3",
                                "edit_file",
                                "{\"path\":\"d/e/b\",\"old_text\":\"y\",\"new_text\":\"z\"}"),
                        call(4, "c4", "list_dir", "{\"path\":\"d\"}"),
                        call(5, "c5", "search_files", "{\"pattern\":\"z\",\"path\":\"d\"}"),
                        call(6, "c6", "read_file", "{\"path\":\"link\"}"),
                        call(7, "c7", "write_file", "{\"path\":\"link\",\"content\":\"x\"}"),
                        call(8, "c8", "run_command", "{\"argv\":[\"true\"]}"),
                        callsEnd(9, "ct_1")),
                stream(chunk(1, "Done."), done(2)));

        Elsewhere chat = run(command("Mac OS X", "--commands", "unconfined", "--message", "work"));

        assertThat(chat.answer).as(chat.said).isEqualTo("Done.\n");
        assertThat(chat.said)
                .isEqualTo(
                        "culvert: the tools here are for files alone (second-best: by directory"
                                + " streams): no command and no plugin is started, because nothing here"
                                + " can confine them, which needs Linux (--no-tools drops this"
                                + " note)\n");
        assertThat(server.requests().getFirst().body().at("tools").list())
                .extracting(it -> it.at("function").text("name"))
                .containsExactly(
                        "read_file", "write_file", "edit_file", "list_dir", "search_files");
        List<Value> results = server.requests().getLast().body().at("tool_results").list();
        assertThat(results)
                .extracting(it -> it.text("success"))
                .containsExactly("true", "true", "true", "true", "true", "false", "false", "false");
        assertThat(results.get(4).text("result")).isEqualTo("d/e/b:1:x z\n");
        assertThat(results.get(5).json()).contains("is a symbolic link");
        assertThat(results.get(7).json()).contains("there is no tool 'run_command' here");
        assertThat(project.resolve("d/e/b")).hasContent("x z");
        assertThat(outside).hasContent("outside");
    }

    @Test
    void whereJavaMayNotCallTheCLibraryToolsWorkWithFilesAlone() throws Exception {
        server.then(
                stream(call(1, "c1", "read_file", "{\"path\":\"a.txt\"}"), callsEnd(2, "ct_1")),
                stream(chunk(1, "One."), done(2)));
        List<String> command = command("Linux", "--message", "read");
        assertThat(command.remove(NATIVE_ACCESS)).isTrue();

        Elsewhere chat = run(command);

        assertThat(chat.answer).as(chat.said).isEqualTo("One.\n");
        assertThat(chat.said).contains("for files alone (second-best: by directory streams)");
        assertThat(server.requests().getLast().body().at("tool_results").list().getFirst().json())
                .isEqualTo("{\"id\":\"c1\",\"success\":true,\"result\":\"one\\n\"}");
    }

    @Test
    void aTerminalThatCannotBeUsedIsToldInASentence() throws Exception {
        Path script = Path.of("/usr/bin/script");
        assumeTrue(Files.isExecutable(script), "script makes the terminal");
        List<String> command = command("Plan 9");
        command.replaceAll(it -> "'" + it + "'");
        ProcessBuilder elsewhere =
                new ProcessBuilder(
                        script.toString(), "-qec", String.join(" ", command), "/dev/null");
        elsewhere.environment().clear();
        elsewhere.environment().put("CULVERT_URL", "http://127.0.0.1:" + server.port());
        elsewhere.environment().put("HOME", home.toString());
        elsewhere.environment().put("SHELL", "/bin/sh");
        elsewhere.environment().put("TERM", "xterm");

        Process process = elsewhere.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(process.waitFor()).as(said).isEqualTo(1);
        assertThat(said)
                .isEqualTo(
                        "culvert: this terminal cannot be used on Plan 9; say one thing with"
                                + " --message, or write it to standard input\r\n");
    }

    /** A chat as a process that takes this Linux for another system. */
    private record Elsewhere(String answer, String said) {}

    private List<String> command(String system, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "--illegal-native-access=deny",
                                NATIVE_ACCESS,
                                "-Dos.name=" + system,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "chat",
                                "web-1",
                                "--project",
                                project.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private Elsewhere run(List<String> command) throws Exception {
        ProcessBuilder elsewhere = new ProcessBuilder(command);
        elsewhere.environment().clear();
        elsewhere.environment().put("CULVERT_URL", "http://127.0.0.1:" + server.port());
        elsewhere.environment().put("HOME", home.toString());
        elsewhere.redirectError(home.resolve("said").toFile());
        Process process = elsewhere.start();
        process.getOutputStream().close();
        String answer = new String(process.getInputStream().readAllBytes(), UTF_8);
        String said = Files.readString(home.resolve("said"));
        assertThat(process.waitFor()).as(said).isZero();
        return new Elsewhere(answer, said);
    }

    @Test
    void theAgentInUseHasTheToolsOfTheInfrastructureAsFarAsTheModeGoes() throws IOException {
        String operations = ScriptedServer.json(200, "{\"operations\":[]}");
        String agents = ScriptedServer.json(200, "{\"agents\":[{\"id\":\"web-1\"}]}");
        for (String mode : List.of("plan", "apply")) {
            server.then(operations, agents, stream(chunk(1, "Hello."), done(2)));
            int code = exec("--mode", mode, "/chat web-1 hello");
            assertThat(code).as(err.toString()).isZero();
        }

        List<List<String>> offered =
                server.requests().stream()
                        .map(it -> it.body().at("tools").list())
                        .filter(it -> !it.isEmpty())
                        .map(it ->
                                it.stream().map(tool -> tool.at("function").text("name")).toList())
                        .toList();
        assertThat(offered.getFirst())
                .contains("read_file", "status", "find", "read", "check", "diagnose", "report")
                .doesNotContain("run_flow", "apply", "write_file");
        assertThat(offered.getLast()).contains("run_flow", "write_file");
    }

    private int exec(String... arguments) {
        out = new StringWriter();
        err = new StringWriter();
        List<String> line = new ArrayList<>(List.of("exec"));
        line.addAll(List.of(arguments));
        return Culvert.run(
                new Surroundings(
                        Map.of(
                                "CULVERT_URL",
                                "http://127.0.0.1:" + server.port(),
                                "HOME",
                                home.toString(),
                                "PATH",
                                "/usr/bin:/bin"),
                        new ByteArrayInputStream(new byte[0]),
                        new PrintWriter(out),
                        new PrintWriter(err),
                        new Surroundings.Place(
                                home.resolve(".config/culvert"),
                                List.of(),
                                Terminal.NONE,
                                _ -> {})),
                line.toArray(String[]::new));
    }
}
