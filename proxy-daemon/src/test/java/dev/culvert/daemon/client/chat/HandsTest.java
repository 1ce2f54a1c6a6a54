package dev.culvert.daemon.client.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.audit.AuditChain;
import dev.culvert.audit.AuditLog;
import dev.culvert.policy.Level;
import dev.culvert.policy.Policy;
import dev.culvert.policy.PolicyFile;
import dev.culvert.tools.Commands;
import dev.culvert.tools.ToolBox;
import dev.culvert.tools.WorkTree;
import dev.culvert.value.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class HandsTest {
    private static final String POLICY =
            """
            {"rules": [
              {"name": "reading", "decision": "allow", "tools": ["read_file", "search_files", "list_dir"],
               "blocked_paths": ["secret"]},
              {"name": "writing", "decision": "ask", "tools": ["write_file", "edit_file"],
               "reason": "look at it first"},
              {"name": "commands", "decision": "ask", "command": ["echo"]}]}
            """;

    @TempDir private Path project;
    @TempDir private Path state;
    private final List<Question> questions = new ArrayList<>();
    private Consent consent = Consent.YES;
    private Runnable whileAsked = () -> {};
    private WorkTree files;
    private Hands hands;

    @BeforeEach
    void open() throws Exception {
        Files.writeString(project.resolve("a.txt"), "one\ntwo\n");
        Files.writeString(project.resolve("secret"), "x");
        files = WorkTree.open(project);
        hands = hands(POLICY);
    }

    @AfterEach
    void close() {
        files.close();
    }

    private Path log() {
        return state.resolve("audit").resolve("chat.log");
    }

    private Hands hands(String policy) throws Exception {
        return new Hands(
                ToolBox.of(files, Commands.UNCONFINED, Map.of("PATH", "/usr/bin:/bin")).tools(),
                Policy.of(List.of(PolicyFile.read(Level.PROJECT, "p", policy))),
                new Decisions(log(), "me"),
                question -> {
                    questions.add(question);
                    whileAsked.run();
                    return consent;
                });
    }

    private ToolAnswer run(String tool, String arguments) throws IOException {
        return hands.run(
                "a.T",
                new ToolCall("c1", tool, Value.parse(arguments)),
                new Hands.During(() -> false, () -> {}));
    }

    private List<String> outcomes() throws IOException {
        List<String> outcomes = new ArrayList<>();
        for (String line : Files.readAllLines(log())) {
            Value entry = Value.parse(line);
            outcomes.add(
                    entry.text("tool") + " " + entry.text("outcome") + " " + entry.text("rule"));
        }
        assertThat(AuditLog.verify(log(), null)).isInstanceOf(AuditChain.Verdict.Sound.class);
        return outcomes;
    }

    @Test
    void whatThePolicyAllowsIsDoneAndWrittenDown() throws IOException {
        assertThat(run("read_file", "{\"path\":\"a.txt\"}"))
                .isEqualTo(new ToolAnswer("c1", true, "one\ntwo\n"));
        assertThat(questions).isEmpty();
        assertThat(outcomes()).containsExactly("read_file allow reading");
    }

    @Test
    void whatItDeniesIsRefusedWithTheReason() throws IOException {
        ToolAnswer answer = run("read_file", "{\"path\":\"secret\"}");

        assertThat(answer.ok()).isFalse();
        assertThat(answer.text()).startsWith("the policy denies it: ").contains("blocked_paths");
        assertThat(outcomes()).containsExactly("read_file deny reading.blocked_paths");
    }

    @Test
    void aPathThatLeadsOutIsWrittenDownToo() throws IOException {
        assertThat(run("read_file", "{\"path\":\"../a\"}").text()).contains("leads out of");
        assertThat(outcomes()).containsExactly("read_file refused ");
    }

    @Test
    void whereNothingMayBeChangedOnlyReadingToolsAreOfferedAndRun() throws Exception {
        AtomicBoolean mayChange = new AtomicBoolean();
        hands =
                new Hands(
                        ToolBox.of(files, Commands.UNCONFINED, Map.of("PATH", "/usr/bin:/bin"))
                                .tools(),
                        Policy.of(
                                List.of(
                                        PolicyFile.read(
                                                Level.PROJECT,
                                                "p",
                                                "{\"rules\": [{\"decision\": \"allow\", \"tools\": [\"*\"]}]}"))),
                        new Decisions(log(), "me"),
                        _ -> Consent.YES,
                        mayChange::get);

        assertThat(hands.definitions().stream().map(it -> it.at("function", "name").text()))
                .containsExactlyInAnyOrder("read_file", "list_dir", "search_files");
        assertThat(run("read_file", "{\"path\":\"a.txt\"}").ok()).isTrue();
        ToolAnswer answer = run("write_file", "{\"path\":\"a.txt\",\"content\":\"x\"}");
        assertThat(answer.ok()).isFalse();
        assertThat(answer.text()).contains("nothing may be changed now");
        assertThat(run("run_command", "{\"command\":\"ls\"}").ok()).isFalse();
        assertThat(project.resolve("a.txt")).hasContent("one\ntwo\n");

        mayChange.set(true);
        assertThat(hands.definitions()).hasSize(6);
        assertThat(run("write_file", "{\"path\":\"a.txt\",\"content\":\"x\"}").ok()).isTrue();
    }

    @Test
    void aChangeIsShownBeforeItIsMade() throws IOException {
        whileAsked = () -> assertThat(project.resolve("a.txt")).hasContent("one\ntwo\n");

        assertThat(
                        run(
                                        "edit_file",
                                        "{\"path\":\"a.txt\",\"old_text\":\"two\",\"new_text\":\"2\\u001b\"}")
                                .ok())
                .isTrue();

        assertThat(project.resolve("a.txt")).hasContent("one\n2\u001b\n");
        assertThat(questions.getFirst().change())
                .containsExactly("@@ line 1", " one", "-two", "+2\\u001b");
        assertThat(questions.getFirst().what()).isEqualTo("write a.txt (edit_file)");
        assertThat(questions.getFirst().why()).contains("look at it first");
        assertThat(outcomes()).containsExactly("edit_file allow writing");
    }

    @Test
    void aFileThatCannotBeShownDoesNotLookLikeANewOne() throws IOException {
        Files.write(project.resolve("b.bin"), new byte[] {(byte) 0xff, 0});

        run("write_file", "{\"path\":\"b.bin\",\"content\":\"x\\n\"}");
        run("write_file", "{\"path\":\"a.txt\",\"content\":\"\"}");
        run("write_file", "{\"path\":\"new\",\"content\":\"\"}");

        assertThat(questions.getFirst().change())
                .containsExactly("-[a file of 2 bytes that cannot be shown]", "@@ line 1", "+x");
        assertThat(questions.get(1).change()).endsWith("-one", "-two", "+[an empty file]");
        assertThat(questions.get(2).change()).containsExactly("+[an empty file]");
    }

    @Test
    void whatTheUserDoesNotAllowIsNotDone() throws IOException {
        consent = Consent.NO;

        ToolAnswer answer = run("write_file", "{\"path\":\"b\",\"content\":\"x\"}");

        assertThat(answer.text()).startsWith("the user does not allow it");
        assertThat(project.resolve("b")).doesNotExist();
        assertThat(outcomes()).containsExactly("write_file deny writing");
    }

    @Test
    void whereNobodyIsThereItIsRefused() throws IOException {
        consent = Consent.NOBODY;

        assertThat(run("run_command", "{\"argv\":[\"echo\",\"x\"]}").text())
                .contains("nobody is at the terminal");
        assertThat(outcomes()).containsExactly("run_command deny commands");
    }

    @Test
    void alwaysIsForTheSameCommandAndNoOther() throws IOException {
        consent = Consent.ALWAYS;
        run("run_command", "{\"argv\":[\"echo\",\"x\"]}");
        run("run_command", "{\"argv\":[\"echo\",\"x\"]}");
        assertThat(questions).hasSize(1);
        run("run_command", "{\"argv\":[\"echo\",\"x\",\"y\"]}");
        assertThat(questions).hasSize(2);
        assertThat(questions.get(1).what()).isEqualTo("run echo x y");
        assertThat(outcomes()).hasSize(3);
    }

    @Test
    void alwaysIsForTheSameFileWhateverIsWritten() throws IOException {
        consent = Consent.ALWAYS;
        run("write_file", "{\"path\":\"b\",\"content\":\"x\"}");
        run("write_file", "{\"path\":\"./b\",\"content\":\"longer\"}");
        assertThat(questions).hasSize(1);
        run("write_file", "{\"path\":\"c\",\"content\":\"x\"}");
        assertThat(questions).hasSize(2);
    }

    @Test
    void aFileThatChangesWhileTheUserIsAskedIsNotOverwritten() throws IOException {
        whileAsked =
                () -> {
                    try {
                        Files.writeString(project.resolve("a.txt"), "other\n");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                };

        assertThat(run("write_file", "{\"path\":\"a.txt\",\"content\":\"x\"}").text())
                .contains("changed by somebody else");
        assertThat(project.resolve("a.txt")).hasContent("other\n");
    }

    @Test
    void aSearchThatTheUserAllowsReadsOnlyWhatMayBeReadWithoutAsking() throws Exception {
        Files.createDirectory(project.resolve("deep"));
        Files.writeString(project.resolve("deep").resolve("b.txt"), "one more\n");
        Files.writeString(project.resolve("keys.txt"), "one key\n");
        hands =
                hands(
                        """
                        {"rules": [
                          {"decision": "allow", "tools": ["read_file", "list_dir"], "blocked_paths": ["secret"]},
                          {"decision": "ask", "tools": ["read_file"], "allowed_paths": ["keys.txt"]},
                          {"decision": "ask", "tools": ["search_files"]}]}
                        """);

        ToolAnswer answer = run("search_files", "{\"pattern\":\"[ox]\"}");

        assertThat(questions)
                .extracting(Question::what)
                .containsExactly("list . (search_files) with the arguments {\"pattern\":\"[ox]\"}");
        assertThat(answer.text())
                .contains("a.txt:1:one\n", "deep/b.txt:1:one more\n", "[left out: 2 files")
                .doesNotContain("key", "secret");
    }

    @Test
    void alwaysIsForTheSameSearch() throws Exception {
        consent = Consent.ALWAYS;
        hands = hands("{\"rules\": [{\"decision\": \"ask\", \"tools\": [\"search_files\"]}]}");
        run("search_files", "{\"pattern\":\"a\"}");
        run("search_files", "{\"pattern\":\"a\"}");
        run("search_files", "{\"pattern\":\"b\"}");

        assertThat(questions).hasSize(2);
    }

    @Test
    void aCommandLooksAsItIs() throws IOException {
        consent = Consent.NO;
        run("run_command", "{\"argv\":[\"echo\",\"a b\",\"it's\",\"\\u001b[2J\",\"\"]}");

        assertThat(questions.getFirst().what())
                .isEqualTo("run echo 'a b' 'it'\\''s' '\\u001b[2J' ''");
    }

    @Test
    void anUnknownToolAndBadArgumentsAreTold() throws IOException {
        assertThat(run("fly", "{}").text()).contains("there is no tool 'fly' here");
        assertThat(run("read_file", "\"{\"").text()).contains("not JSON");
        assertThat(outcomes()).containsExactly("fly refused ", "read_file refused ");
    }

    @Test
    void whatCannotBeWrittenDownIsNotDone() throws IOException {
        Files.writeString(state.resolve("audit"), "in the way");

        assertThat(run("write_file", "{\"path\":\"b\",\"content\":\"x\"}").text())
                .contains("nothing was done, because the audit log");
        assertThat(project.resolve("b")).doesNotExist();
    }

    @Test
    void theDefinitionsHaveASchemaEach() throws IOException {
        assertThat(hands.definitions())
                .hasSize(6)
                .allMatch(it -> it.at("function", "parameters").text("type").equals("object"));
    }
}
