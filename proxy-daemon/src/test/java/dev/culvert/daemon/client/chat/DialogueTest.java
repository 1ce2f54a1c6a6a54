package dev.culvert.daemon.client.chat;

import static dev.culvert.daemon.client.chat.ScriptedServer.call;
import static dev.culvert.daemon.client.chat.ScriptedServer.callsEnd;
import static dev.culvert.daemon.client.chat.ScriptedServer.chunk;
import static dev.culvert.daemon.client.chat.ScriptedServer.done;
import static dev.culvert.daemon.client.chat.ScriptedServer.event;
import static dev.culvert.daemon.client.chat.ScriptedServer.json;
import static dev.culvert.daemon.client.chat.ScriptedServer.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.client.chat.Dialogue.Ending;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.UnreachableException;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DialogueTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<ToolCall> calls = new ArrayList<>();
    private final List<Question> questions = new ArrayList<>();
    private final Conversation conversation = new Conversation(List.of());
    private Consent consent = Consent.YES;
    private Runnable whileToolRuns = () -> {};
    private ScriptedServer server;
    private Stopping stopping;
    private Dialogue dialogue;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
        stopping = new Stopping(server.api());
        dialogue = dialogue(new Screen.Detail(false, false));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Dialogue dialogue(Screen.Detail detail) {
        Screen screen =
                new Screen(
                        new Output(
                                new PrintWriter(out),
                                new PrintWriter(err),
                                Format.TABLE,
                                false,
                                Terminal.NONE),
                        false,
                        detail);
        Asker asker =
                question -> {
                    questions.add(question);
                    return consent;
                };
        return new Dialogue(
                new Dialogue.Partner(server.api(), "a", stopping),
                screen,
                new HostApprovals(server.api(), screen, asker),
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
                        calls.add(call);
                        onBegin.run();
                        whileToolRuns.run();
                        return new ToolAnswer(call.id(), !call.tool().equals("bad"), "done");
                    }
                });
    }

    private Ending say(String text) throws IOException {
        return dialogue.say(conversation, text, Draft.NONE);
    }

    @Test
    void anAnswerIsShownAsItComesAndStaysInTheConversation() throws IOException {
        server.then(
                stream(chunk(1, "Hel"), chunk(2, "lo"), done(3)), stream(chunk(1, "x"), done(2)));

        assertThat(say("hi")).isEqualTo(Ending.DONE);
        assertThat(out).hasToString("Hello\n");
        say("again");

        assertThat(server.requests().getFirst().line())
                .isEqualTo("POST /api/v1/agents/a/stream HTTP/1.1");
        assertThat(server.requests().getFirst().body().json())
                .isEqualTo(
                        "{\"messages\":[{\"role\":\"system\",\"content\":\"You work here.\"},"
                                + "{\"role\":\"user\",\"content\":\"hi\"}],"
                                + "\"tools\":[{\"type\":\"function\"}]}");
        assertThat(roles(server.requests().getLast().body()))
                .containsExactly("system", "user", "assistant", "user");
    }

    private static List<String> roles(Value body) {
        return body.at("messages").list().stream().map(it -> it.text("role")).toList();
    }

    @Test
    void callsOfToolsRunHereAndTheAnswerGoesOn() throws IOException {
        server.then(
                stream(
                        chunk(1, "I look."),
                        call(2, "c1", "read_file", "{\"path\":\"a\"}"),
                        call(3, "c2", "bad", "\"{\""),
                        callsEnd(4, "ct_1")),
                stream(chunk(1, "One line."), done(2)));

        assertThat(say("hi")).isEqualTo(Ending.DONE);

        assertThat(calls).extracting(ToolCall::tool).containsExactly("read_file", "bad");
        assertThat(calls)
                .extracting(ToolCall::argumentsText)
                .containsExactly("{\"path\":\"a\"}", "{");
        ScriptedServer.Request next = server.requests().getLast();
        assertThat(next.line()).isEqualTo("POST /api/v1/turns/a.T/continue HTTP/1.1");
        assertThat(next.body().json())
                .isEqualTo(
                        "{\"continuation\":\"ct_1\",\"tool_results\":["
                                + "{\"id\":\"c1\",\"success\":true,\"result\":\"done\"},"
                                + "{\"id\":\"c2\",\"success\":false,\"error\":\"done\"}]}");
        assertThat(out).hasToString("I look.\nOne line.\n");
        assertThat(conversation.messages().stream().map(it -> it.text("role")))
                .containsExactly("user", "assistant", "tool", "tool", "assistant");
        assertThat(conversation.messages().get(3).text("content")).isEqualTo("Error: done");
    }

    @Test
    void aCallThatTheAgentHasRunItselfIsNotRunHere() throws IOException {
        server.then(
                stream(
                        call(1, "c1", "read_file", "{}"),
                        event(
                                "tool_result",
                                2,
                                "{\"call_id\":\"c1\",\"ok\":true,\"result\":\"x\"}"),
                        call(3, "c2", "write_file", "{}"),
                        callsEnd(4, "ct_1")),
                stream(call(1, "c3", "list_dir", "{}"), done(2)));

        say("hi");

        assertThat(calls).extracting(ToolCall::id).containsExactly("c2");
    }

    @Test
    void withoutAContinuationOrWithOneThatIsTooOldTheConversationIsSentAgain() throws IOException {
        server.then(
                stream(
                        call(1, "c1", "read_file", "{}"),
                        event("done", 2, "{\"finish_reason\":\"tool_calls\"}")),
                stream(call(1, "c2", "read_file", "{}"), callsEnd(2, "ct_2")),
                json(410, "{\"error\":\"It is too late.\",\"code\":\"expired\"}"),
                stream(chunk(1, "ok"), done(2)));

        assertThat(say("hi")).isEqualTo(Ending.DONE);

        assertThat(server.requests())
                .extracting(ScriptedServer.Request::line)
                .containsExactly(
                        "POST /api/v1/agents/a/stream HTTP/1.1",
                        "POST /api/v1/agents/a/stream HTTP/1.1",
                        "POST /api/v1/turns/a.T/continue HTTP/1.1",
                        "POST /api/v1/agents/a/stream HTTP/1.1");
        assertThat(roles(server.requests().getLast().body()))
                .containsExactly("system", "user", "assistant", "tool", "assistant", "tool");
        assertThat(calls).hasSize(2);
    }

    @Test
    void aConnectionThatIsLostInTheMiddleLosesNothing() throws IOException {
        server.then(
                stream(chunk(1, "one "), chunk(2, "two "), "event: chunk\nid: a.T:3\nda"),
                stream(chunk(3, "three "), call(4, "c1", "read_file", "{}"), "event: done\n"),
                stream(callsEnd(5, "ct_1")),
                stream(chunk(1, "four"), done(2)));

        assertThat(say("hi")).isEqualTo(Ending.DONE);

        assertThat(out.toString().replace("\n", "")).isEqualTo("one two three four");
        assertThat(calls).hasSize(1);
        assertThat(server.requests().get(1).head()).contains("last-event-id: a.T:2");
        assertThat(server.requests().get(2).head()).contains("last-event-id: a.T:4");
        assertThat(err.toString()).contains("the connection was lost").contains("resuming");
    }

    /* The daemon may have taken them, so they are sent as the same request, and not as a new message. */
    @Test
    void resultsWhoseAnswerIsLostAreSentAgainWithTheSameKey() throws IOException {
        server.then(
                stream(call(1, "c1", "write_file", "{}"), callsEnd(2, "ct_1")),
                "",
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: here\n",
                stream(chunk(1, "done"), done(2)));

        assertThat(say("hi")).isEqualTo(Ending.DONE);

        assertThat(calls).hasSize(1);
        assertThat(out).hasToString("done\n");
        List<ScriptedServer.Request> repeated = server.requests().subList(1, 4);
        assertThat(repeated)
                .extracting(ScriptedServer.Request::line)
                .containsOnly("POST /api/v1/turns/a.T/continue HTTP/1.1");
        assertThat(repeated)
                .extracting(it -> it.body().json())
                .containsOnly(repeated.getFirst().body().json());
        assertThat(repeated).extracting(DialogueTest::key).containsOnly(key(repeated.getFirst()));
        assertThat(key(repeated.getFirst())).isNotEqualTo(key(server.requests().getFirst()));
    }

    private static String key(ScriptedServer.Request request) {
        return request.head()
                .lines()
                .filter(line -> line.startsWith("idempotency-key: "))
                .findFirst()
                .orElse("");
    }

    @Test
    void aMessageWhoseAnswerIsLostIsSentOnceMoreWithTheSameKey() throws IOException {
        server.then("", stream(chunk(1, "ok"), done(2)), "", "");

        assertThat(say("hi")).isEqualTo(Ending.DONE);
        assertThatThrownBy(() -> say("and")).isInstanceOf(UnreachableException.class);

        List<String> keys = server.requests().stream().map(DialogueTest::key).toList();
        assertThat(keys).hasSize(4).doesNotContain("");
        assertThat(keys.get(0)).isEqualTo(keys.get(1)).isNotEqualTo(keys.get(2));
        assertThat(keys.get(2)).isEqualTo(keys.get(3));
        assertThat(conversation.size()).isEqualTo(2);
    }

    /* Nothing tells such an agent that it is the same message, so a lost one is not repeated. */
    @Test
    void anAgentWithoutKeysIsAskedWithoutThem() throws IOException {
        server.then(
                json(501, "{\"error\":\"No keys here.\",\"code\":\"cannot_join\"}"),
                stream(chunk(1, "ok"), done(2)),
                "");

        assertThat(say("hi")).isEqualTo(Ending.DONE);
        assertThatThrownBy(() -> say("and")).isInstanceOf(UnreachableException.class);

        assertThat(server.requests()).hasSize(3);
        assertThat(key(server.requests().getFirst())).isNotEmpty();
        assertThat(key(server.requests().get(1))).isEmpty();
        assertThat(key(server.requests().get(2))).isEmpty();
    }

    @Test
    void soIsOneThatSaysItInTheStream() throws IOException {
        server.then(
                stream(event("error", 1, "{\"code\":\"cannot_join\",\"message\":\"no\"}")),
                stream(chunk(1, "ok"), done(2)));

        assertThat(say("hi")).isEqualTo(Ending.DONE);

        assertThat(out).hasToString("ok\n");
        assertThat(err.toString()).isEmpty();
        assertThat(key(server.requests().getLast())).isEmpty();
    }

    private static String approval(int number, String id) {
        return event(
                "approval",
                number,
                "{\"approval_id\":\"%s\",\"tool_name\":\"harmless\"}".formatted(id));
    }

    private static String stored(String arguments) {
        return stored("a", "a.T", arguments);
    }

    private static String stored(String agent, String turn, String arguments) {
        return json(
                200,
                "{\"state\":\"pending\",\"agent\":\"%s\",\"turn\":\"%s\",\"tool_name\":\"run_command\",\"arguments\":%s,\"why\":\"rule x\"}"
                        .formatted(agent, turn, arguments));
    }

    /* The agent says that it is about something else: what counts is what the host would let run. */
    @Test
    void anApprovalIsAskedOnceAndShownAsTheHostHasIt() throws IOException {
        server.then(
                stream(approval(1, "ap_1"), approval(2, "ap_1"), done(3)),
                stored("{\"argv\":[\"rm\",\"\\u001b[2J\"]}"),
                json(200, "{}"));

        say("hi");

        assertThat(questions).hasSize(1);
        assertThat(questions.getFirst().what())
                .isEqualTo("the agent wants to call its tool run_command");
        assertThat(questions.getFirst().change()).contains("      \"rm\",", "      \"\\u001B[2J\"");
        assertThat(server.requests().get(1).line())
                .isEqualTo("GET /api/v1/approvals/ap_1 HTTP/1.1");
        ScriptedServer.Request decision = server.requests().getLast();
        assertThat(decision.line()).isEqualTo("POST /api/v1/approvals/ap_1 HTTP/1.1");
        assertThat(decision.body().text("decision")).isEqualTo("allow");
    }

    @Test
    void alwaysIsForTheSameArgumentsAtTheHost() throws IOException {
        consent = Consent.ALWAYS;
        server.then(
                stream(approval(1, "ap_1"), approval(2, "ap_2"), approval(3, "ap_3"), done(4)),
                stored("{\"argv\":[\"a\"]}"),
                json(200, "{}"),
                stored("{\"argv\":[\"a\"]}"),
                json(200, "{}"),
                stored("{\"argv\":[\"b\"]}"),
                json(200, "{}"));

        say("hi");

        assertThat(questions).hasSize(2);
    }

    @Test
    void anApprovalOfAnotherTurnOrAgentIsNeverDecided() throws IOException {
        consent = Consent.ALWAYS;
        server.then(
                stream(approval(1, "ap_1"), approval(2, "ap_2"), approval(3, "ap_3"), done(4)),
                stored("{}"),
                json(200, "{}"),
                stored("a", "a.U", "{}"),
                stored("b", "a.T", "{}"));

        assertThat(say("hi")).isEqualTo(Ending.DONE);

        assertThat(questions).hasSize(1);
        assertThat(server.requests())
                .extracting(ScriptedServer.Request::line)
                .filteredOn(line -> line.startsWith("POST /api/v1/approvals"))
                .containsExactly("POST /api/v1/approvals/ap_1 HTTP/1.1");
        assertThat(err.toString())
                .contains(
                        "approval ap_2, which is not decided here: it is of another turn (a.U of the agent a)")
                .contains(
                        "approval ap_3, which is not decided here: it is of another turn (a.T of the agent b)");
    }

    @Test
    void anApprovalThatTheHostHasNotStoredYetIsLookedForAgain() throws IOException {
        server.then(
                stream(approval(1, "ap_1"), done(2)),
                json(404, "{\"error\":\"There is no such approval.\"}"),
                stored("{}"),
                json(200, "{}"));

        assertThat(say("hi")).isEqualTo(Ending.DONE);

        assertThat(server.requests()).hasSize(4);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aDecisionThatCameTooLateIsANoteAndTheTurnGoesOn() throws IOException {
        consent = Consent.NO;
        server.then(
                stream(approval(1, "ap_1"), chunk(2, "x"), done(3)),
                stored("{}"),
                json(409, "{\"error\":\"It is decided already.\"}"));

        assertThat(say("hi")).isEqualTo(Ending.DONE);

        assertThat(server.requests().getLast().body().text("decision")).isEqualTo("deny");
        assertThat(err.toString()).contains("the decision was not taken: It is decided already.");
    }

    @Test
    void whatIsDecidedAlreadyIsNotAskedAbout() throws IOException {
        server.then(
                stream(approval(1, "ap_1"), done(2)),
                json(200, "{\"state\":\"allowed\",\"agent\":\"a\",\"turn\":\"a.T\"}"));

        say("hi");

        assertThat(questions).isEmpty();
    }

    @Test
    void whoMayNotDecideIsToldWhatSomebodyElseCanDo() throws IOException {
        server.then(
                stream(approval(1, "ap_1"), done(2)),
                json(403, "{\"error\":\"It needs the scope approvals.\"}"));

        say("hi");

        assertThat(questions).isEmpty();
        assertThat(err.toString())
                .isEqualTo(
                        "culvert: the agent waits for an approval of harmless: culvert approvals"
                                + " allow ap_1, or deny\n");
    }

    @Test
    void whereNobodyIsThereTheSameIsTold() throws IOException {
        consent = Consent.NOBODY;
        server.then(stream(approval(1, "ap_1"), done(2)), stored("{}"));

        say("hi");

        assertThat(err.toString()).contains("culvert approvals allow ap_1, or deny");
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void aTurnThatFailsSaysWhyAndItsBeginningStays() throws IOException {
        server.then(
                stream(
                        chunk(1, "I be"),
                        event(
                                "error",
                                2,
                                "{\"code\":\"runtime_error\",\"message\":\"gone\\u001b\"}")));

        assertThat(say("hi")).isEqualTo(Ending.FAILED);

        assertThat(err).hasToString("culvert: the turn failed: gone\\u001b (runtime_error)\n");
        assertThat(conversation.size()).isEqualTo(2);
    }

    @Test
    void aNoteMovesNoCursor() {
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

        screen.note("a folder /a\u001B[2J");
        screen.line("tools work in /a\u001B[2J\nb");

        assertThat(err)
                .hasToString("culvert: a folder /a\\u001b[2J\ntools work in /a\\u001b[2J\\nb\n");
    }

    @Test
    void whatWasNotAnsweredAtAllIsNotInTheConversation() {
        server.then(json(404, "{\"error\":\"There is no agent 'a'.\"}"));

        assertThatThrownBy(() -> say("hi")).isInstanceOf(ProblemException.class);

        assertThat(conversation.size()).isZero();
    }

    @Test
    void aStopCancelsTheTurnAndSaysHowLongItTook() throws Exception {
        server.then(stream(chunk(1, "one")) + ScriptedServer.HANGS, json(200, "{}"));
        CompletableFuture<Ending> ending =
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return say("hi");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        Eventually.await(() -> assertThat(out.toString()).contains("one"));

        stopping.stop();

        assertThat(ending.get()).isEqualTo(Ending.STOPPED);
        assertThat(server.requests().getLast().line()).startsWith("DELETE /api/v1/turns/a.T ");
        assertThat(err.toString()).matches("culvert: stopped: it took \\d+ ms\n");
        assertThat(conversation.messages().getLast().text("content")).isEqualTo("one");
    }

    @Test
    void aStopWhileAToolRunsHereSaysHowLongItTookUntilTheToolHadStopped() throws IOException {
        whileToolRuns =
                () -> {
                    stopping.stop();
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(120));
                };
        server.then(
                stream(
                        call(1, "c1", "run_command", "{}"),
                        call(2, "c2", "run_command", "{}"),
                        callsEnd(3, "ct_1")));

        assertThat(say("hi")).isEqualTo(Ending.STOPPED);

        assertThat(calls).hasSize(1);
        assertThat(err.toString()).matches("culvert: stopped: it took (\\d{3,} ms|\\d\\.\\d s)\n");
    }

    @Test
    void anAnswerWithoutEndIsShownButOnlyItsBeginningStays() throws IOException {
        String piece = "x".repeat(Answer.MOST_CHARS / 2);
        server.then(
                stream(chunk(1, piece), chunk(2, piece), chunk(3, "y"), chunk(4, "z"), done(5)));

        assertThat(say("hi")).isEqualTo(Ending.DONE);

        assertThat(out).hasToString(piece + piece + "y\nz\n");
        assertThat(conversation.messages().getLast().text("content")).isEqualTo(piece + piece);
        assertThat(err.toString())
                .isEqualTo(
                        "culvert: the answer is longer than 1048576 characters: what follows does"
                                + " not stay in the conversation\n");
    }

    @Test
    void aTurnWithTooManyCallsAtOnceIsStoppedAndNoneOfThemRuns() throws IOException {
        List<String> events = new ArrayList<>();
        for (int i = 0; i <= Answer.MOST_CALLS; i++) {
            events.add(call(i + 1, "c" + i, "read_file", "{}"));
        }
        events.add(callsEnd(events.size() + 1, "ct_1"));
        server.then(stream(events.toArray(String[]::new)), json(200, "{}"));

        assertThat(say("hi")).isEqualTo(Ending.STOPPED);

        assertThat(calls).isEmpty();
        assertThat(server.requests().getLast().line()).startsWith("DELETE /api/v1/turns/a.T ");
        assertThat(err.toString())
                .contains("the agent called more than 128 tools at once")
                .contains("stopped: it took");
    }

    @Test
    void soIsOneWhoseCallsAreTooLong() throws IOException {
        String half = "\"%s\"".formatted("x".repeat(Answer.MOST_CALL_CHARS / 2));
        server.then(
                stream(
                        call(1, "c1", "write_file", half),
                        call(2, "c2", "write_file", half),
                        callsEnd(3, "ct_1")),
                json(200, "{}"));

        assertThat(say("hi")).isEqualTo(Ending.STOPPED);

        assertThat(calls).isEmpty();
        assertThat(err.toString()).contains("or with more than 4194304 characters");
    }

    @Test
    void aModelThatCallsToolsWithoutEndIsStopped() throws IOException {
        for (int i = 0; i < Dialogue.MOST_ROUNDS; i++) {
            server.then(stream(call(1, "c" + i, "read_file", "{}"), callsEnd(2, "ct_" + i)));
        }

        assertThat(say("hi")).isEqualTo(Ending.FAILED);

        assertThat(err.toString()).contains("100 rounds");
        assertThat(calls).hasSize(Dialogue.MOST_ROUNDS);
    }

    @Test
    void traceAndDebugShowWhatHappensBesideTheAnswer() throws IOException {
        dialogue = dialogue(new Screen.Detail(true, true));
        server.then(
                stream(call(1, "c1", "read_file", "{\"path\":\"a\"}"), callsEnd(2, "ct_1")),
                stream(chunk(1, "x"), done(2)));

        say("hi");

        assertThat(err.toString().lines())
                .containsExactly(
                        "culvert: tool_call a.T:1, 65 characters",
                        "culvert: call read_file {\"path\":\"a\"}",
                        "culvert: done a.T:2, 52 characters",
                        "culvert: result ok: done",
                        "culvert: chunk a.T:1, 28 characters",
                        "culvert: done a.T:2, 2 characters");
    }
}
