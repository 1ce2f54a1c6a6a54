package dev.culvert.daemon.client.chat;

import static dev.culvert.daemon.client.chat.ScriptedServer.HANGS;
import static dev.culvert.daemon.client.chat.ScriptedServer.call;
import static dev.culvert.daemon.client.chat.ScriptedServer.callsEnd;
import static dev.culvert.daemon.client.chat.ScriptedServer.chunk;
import static dev.culvert.daemon.client.chat.ScriptedServer.done;
import static dev.culvert.daemon.client.chat.ScriptedServer.event;
import static dev.culvert.daemon.client.chat.ScriptedServer.json;
import static dev.culvert.daemon.client.chat.ScriptedServer.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.UnreachableException;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A chat that is killed leaves its files as they are at that moment: a copy of them, made while it
 * waits for the rest of an answer, is what the next chat finds.
 */
@Timeout(30)
class TalkTest {
    private static final Path PROJECT = Path.of("/project");

    @TempDir private Path killed;
    @TempDir private Path later;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<String> ran = new ArrayList<>();
    private final List<Question> questions = new ArrayList<>();
    private Runnable whileToolRuns = () -> {};
    private final CountDownLatch copied = new CountDownLatch(1);
    private ScriptedServer server;
    private Stopping stopping;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
        stopping = new Stopping(server.api());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Talk talk(ScriptedServer with, Path state, Saved saved) {
        Screen screen =
                new Screen(
                        new Output(
                                new PrintWriter(out),
                                new PrintWriter(err),
                                Format.TABLE,
                                false,
                                Terminal.NONE),
                        false,
                        new Screen.Detail(false, false));
        Tools tools =
                new Tools() {
                    @Override
                    public List<Value> definitions() {
                        return List.of(Value.members("type", "function"));
                    }

                    @Override
                    public String introduction() {
                        return "You work here.";
                    }

                    @Override
                    public ToolAnswer run(String turn, ToolCall call, Runnable onBegin) {
                        onBegin.run();
                        ran.add(call.id());
                        whileToolRuns.run();
                        return new ToolAnswer(call.id(), true, "result of " + call.id());
                    }
                };
        Asker asker =
                question -> {
                    questions.add(question);
                    return Consent.YES;
                };
        stopping = new Stopping(with.api());
        Dialogue dialogue =
                new Dialogue(
                        new Dialogue.Partner(with.api(), "a", stopping),
                        screen,
                        new HostApprovals(with.api(), screen, asker),
                        tools);
        return new Talk(
                new Talk.Parts(
                        dialogue,
                        Optional.of(new Sessions(state, PROJECT)),
                        new Commits(false, PROJECT, Map.of(), screen),
                        new Telemetry(Optional.empty(), screen),
                        Optional.empty()),
                saved,
                screen);
    }

    /** Says something, and is killed when its draft has this text. */
    private void sayAndDieAt(String text, String inDraft) throws Exception {
        Saved fresh = new Sessions(killed, PROJECT).begin("a", Instant.now());
        Talk talk = talk(server, killed, fresh);
        Thread chat =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                talk.say(text);
                            } catch (IOException _) {
                                // its server is closed at the end
                            }
                        });
        Path folder = new Sessions(killed, PROJECT).draft(fresh).getParent();
        Path draft = new Sessions(killed, PROJECT).draft(fresh);
        Eventually.await(() -> assertThat(draft).content().contains(inDraft));
        Path copy = Files.createDirectories(later.resolve(killed.relativize(folder)));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.copy(
                        file,
                        copy.resolve(file.getFileName()),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
        long sent = Files.readAllLines(draft).stream().filter(it -> it.contains("whole")).count();
        Eventually.await(
                () -> assertThat(server.requests()).hasSizeGreaterThanOrEqualTo((int) sent));
        server.close();
        stopping.stop();
        copied.countDown();
        chat.join();
        server = new ScriptedServer();
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        ran.clear();
    }

    private void awaitCopy() {
        try {
            copied.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Saved saved() throws IOException {
        return new Sessions(later, PROJECT).all().getFirst();
    }

    private Path draft() throws IOException {
        return new Sessions(later, PROJECT).draft(saved());
    }

    private List<String> said() throws IOException {
        return saved().messages().stream()
                .map(it -> it.text("role") + ": " + it.text("content"))
                .toList();
    }

    @Test
    void anAnswerThatWasCutGoesOnWhereItWas() throws Exception {
        server.then(stream(chunk(1, "Hel"), chunk(2, "lo, ")) + HANGS);
        sayAndDieAt("hi", "lo, ");

        assertThat(said()).containsExactly("user: hi");
        assertThat(saved().isOpen()).isTrue();
        assertThat(saved().summary().json()).contains("\"cut\":true", "\"title\":\"hi\"");

        server.then(stream(chunk(3, "wor"), chunk(4, "ld"), done(5)));
        Talk talk = talk(server, later, saved());
        assertThat(talk.isCut()).isTrue();
        talk.goOn();

        assertThat(out).hasToString("Hello, world\n");
        assertThat(err.toString()).contains("the answer to \"hi\" was cut");
        assertThat(server.requests().getFirst().line())
                .isEqualTo("GET /api/v1/turns/a.T/stream HTTP/1.1");
        assertThat(server.requests().getFirst().head()).contains("last-event-id: a.T:2\r\n");
        assertThat(said()).containsExactly("user: hi", "assistant: Hello, world");
        assertThat(talk.isCut()).isFalse();
        assertThat(draft()).doesNotExist();
    }

    @Test
    void aLineThatWasNotWrittenToItsEndComesAgain() throws Exception {
        server.then(stream(chunk(1, "one "), chunk(2, "two ")) + HANGS);
        sayAndDieAt("hi", "two ");
        byte[] all = Files.readAllBytes(draft());
        Files.write(draft(), Arrays.copyOf(all, all.length - 7));

        server.then(stream(chunk(2, "two "), chunk(3, "three"), done(4)));
        talk(server, later, saved()).goOn();

        assertThat(server.requests().getFirst().head()).contains("last-event-id: a.T:1\r\n");
        assertThat(said()).containsExactly("user: hi", "assistant: one two three");
    }

    @Test
    void aMessageOfWhichNothingCameIsTheSameRequestAgain() throws Exception {
        server.then(HANGS);
        sayAndDieAt("hi", "\"request\"");
        String key = Value.parse(Files.readAllLines(draft()).getFirst()).text("request");

        server.then(stream(chunk(1, "hello"), done(2)));
        talk(server, later, saved()).goOn();

        assertThat(server.requests().getFirst().line()).contains("/agents/a/stream");
        assertThat(server.requests().getFirst().head()).contains("idempotency-key: " + key);
        assertThat(said()).containsExactly("user: hi", "assistant: hello");
    }

    @Test
    void aToolThatHasRunDoesNotRunAgain() throws Exception {
        server.then(
                stream(
                        call(1, "c1", "read_file", "{}"),
                        call(2, "c2", "read_file", "{}"),
                        callsEnd(3, "ct_1")),
                HANGS);
        sayAndDieAt("hi", "\"whole\":false");

        server.then(stream(event("a.U", "chunk", 1, "{\"content\":\"done\"}"), done(2)));
        talk(server, later, saved()).goOn();

        assertThat(ran).isEmpty();
        ScriptedServer.Request next = server.requests().getFirst();
        assertThat(next.line()).isEqualTo("POST /api/v1/turns/a.T/continue HTTP/1.1");
        assertThat(next.body().json())
                .contains("ct_1", "\"result\":\"result of c1\"", "\"result\":\"result of c2\"");
        assertThat(said()).last().isEqualTo("assistant: done");
    }

    @Test
    void ofOneThatRanWhenTheChatWasKilledItIsNotKnownWhetherItDidItsWork() throws Exception {
        server.then(
                stream(
                        call(1, "c1", "read_file", "{}"),
                        call(2, "c2", "read_file", "{}"),
                        callsEnd(3, "ct_1")));
        whileToolRuns = this::awaitCopy;
        sayAndDieAt("hi", "\"begin\":\"c1\"");
        whileToolRuns = () -> {};

        server.then(stream(event("a.U", "chunk", 1, "{\"content\":\"done\"}"), done(2)));
        talk(server, later, saved()).goOn();

        assertThat(ran).containsExactly("c2");
        assertThat(server.requests().getFirst().body().json())
                .contains("it is not known whether it did its work", "result of c2");
    }

    @Test
    void anApprovalThatNobodyHasDecidedIsAskedAboutAgain() throws Exception {
        String approval =
                "{\"approval_id\":\"ap_1\",\"call_id\":\"c1\",\"tool_name\":\"rm\",\"arguments\":{}}";
        String stored =
                "{\"id\":\"ap_1\",\"agent\":\"other\",\"turn\":\"a.T\",\"state\":\"pending\",\"tool_name\":\"rm\"}";
        server.then(stream(event("approval", 1, approval)) + HANGS, json(200, stored));
        sayAndDieAt("hi", "ap_1");

        server.then(
                json(200, stored.replace("other", "a")),
                json(200, "{}"),
                stream(chunk(2, "removed"), done(3)));
        talk(server, later, saved()).goOn();

        assertThat(questions).hasSize(1);
        assertThat(server.requests().get(1).line()).startsWith("POST /api/v1/approvals/ap_1 ");
        assertThat(said()).containsExactly("user: hi", "assistant: removed");
    }

    @Test
    void whatCameOfATurnThatIsGoneStays() throws Exception {
        server.then(stream(chunk(1, "the beginning")) + HANGS);
        sayAndDieAt("hi", "beginning");

        server.then(json(404, "{\"error\":\"no such turn\"}"));
        talk(server, later, saved()).goOn();

        assertThat(err.toString()).contains("no more of it can be read");
        assertThat(said()).containsExactly("user: hi", "assistant: the beginning");
        assertThat(saved().isOpen()).isFalse();
        assertThat(draft()).doesNotExist();
    }

    @Test
    void whileNoDaemonIsThereItStaysForALaterChat() throws Exception {
        server.then(stream(chunk(1, "the beginning")) + HANGS);
        sayAndDieAt("hi", "beginning");
        ScriptedServer gone = server;
        gone.then(json(502, "{\"error\":\"the agent is away\"}"));

        Talk first = talk(gone, later, saved());
        assertThatThrownBy(first::goOn).hasMessageContaining("away");
        assertThat(saved().isOpen()).isTrue();

        gone.then(stream(done(2)));
        talk(gone, later, saved()).goOn();
        assertThat(said()).containsExactly("user: hi", "assistant: the beginning");
    }

    @Test
    void anAnswerThatAnotherChatReadsIsLeftToIt() throws Exception {
        server.then(stream(chunk(1, "the beginning")) + HANGS);
        sayAndDieAt("hi", "beginning");

        try (var _ = DraftFile.open(draft(), _ -> {})) {
            Talk second = talk(server, later, saved());
            assertThatThrownBy(second::goOn)
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("another culvert chat");
        }
    }

    @Test
    void anAnswerThatIsWholeInItsDraftNeedsNoDaemon() throws Exception {
        server.then(stream(chunk(1, "all of it")) + HANGS);
        sayAndDieAt("hi", "all of it");
        String end = Value.members("event", "done", "id", "a.T:2", "data", "{}").json() + "\n";
        Files.writeString(draft(), end, StandardOpenOption.APPEND);

        talk(server, later, saved()).goOn();

        assertThat(server.requests()).isEmpty();
        assertThat(said()).containsExactly("user: hi", "assistant: all of it");
    }

    @Test
    void aMessageThatNobodyAnswersLeavesNothing() throws Exception {
        server.close();
        Talk talk = talk(server, later, new Sessions(later, PROJECT).begin("a", Instant.now()));

        assertThatThrownBy(() -> talk.say("hi")).isInstanceOf(UnreachableException.class);

        assertThat(new Sessions(later, PROJECT).all()).isEmpty();
    }
}
