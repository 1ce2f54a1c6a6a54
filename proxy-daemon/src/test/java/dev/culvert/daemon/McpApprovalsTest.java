package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.link.BasePeer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tool {@code ask} of an agent that asks for an approval. */
@Timeout(60)
@LoopCounts
class McpApprovalsTest {
    private static final String MODERN = "2026-07-28";
    private static final String APPROVAL = "ap_0123456789abcdefghijkl";
    private static final String ARGUMENTS = "{\"argv\":[\"git\",\"push\"]}";
    private static final Pattern STATE = Pattern.compile("\"requestState\":\"([^\"]+)\"");

    @Parameter int eventLoops;

    private ScriptedGuest guest;
    private TestDaemon daemon;

    /** The link over which the agent may ask for approvals. */
    private final CompletableFuture<BasePeer.Connection> home = new CompletableFuture<>();

    @BeforeEach
    void start() throws Exception {
        guest =
                ScriptedGuest.announcing("credit", "cancel", "resume", "tools", "approvals")
                        .lastComerReads();
        guest.on(
                "ping",
                ping -> {
                    if (ping.payload().contains("\"approvals\":true")) {
                        home.complete(ping.link());
                    }
                    ping.reply("pong", "{}");
                });
        daemon = TestDaemon.with("\"event_loops\": " + eventLoops + ",", guest);
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
        guest.close();
    }

    private static String approval() throws Exception {
        return approval(ARGUMENTS);
    }

    private static String approval(String arguments) throws Exception {
        String digest =
                HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-256")
                                        .digest(arguments.getBytes(UTF_8)));
        return "\"approval_id\":\"%s\",\"call_id\":\"c1\",\"tool_name\":\"run_command\",\"arguments\":%s,\"digest\":\"sha256:%s\",\"policy\":\"p1\",\"rule\":\"pushes\",\"why\":\"a push is seen by all\",\"expires\":\"2999-01-01T00:00:00Z\"}"
                .formatted(APPROVAL, arguments, digest);
    }

    private static void tellQuestion(Request turn) throws Exception {
        turn.chunk(1, "I push. ");
        turn.numbered(
                2,
                "tool_call",
                "{\"call_id\":\"c1\",\"tool_name\":\"run_command\",\"arguments\":"
                        + ARGUMENTS
                        + "}");
        turn.numbered(3, "approval", "{" + approval());
    }

    private void ask(Request turn) throws Exception {
        ask(turn, ARGUMENTS);
    }

    private void ask(Request turn, String arguments) throws Exception {
        home.get(20, TimeUnit.SECONDS)
                .send("approve", "a-1", "{\"turn\":\"" + turn.id() + "\"," + approval(arguments));
    }

    private static void goOn(Request turn, String said) throws IOException {
        turn.numbered(4, "tool_result", "{\"call_id\":\"c1\",\"ok\":true,\"result\":\"pushed\"}");
        turn.done(5, said);
    }

    private static String request(String more, String capabilities) {
        return "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"ask\",\"arguments\":{\"agent\":\"a\",\"message\":\"hi\"},%s\"_meta\":{\"progressToken\":\"p\",\"io.modelcontextprotocol/protocolVersion\":\"%s\",\"io.modelcontextprotocol/clientCapabilities\":{%s}}}}"
                .formatted(more, MODERN, capabilities);
    }

    private static String[] headers() {
        return new String[] {
            "accept", "application/json, text/event-stream",
            "content-type", "application/json",
            "mcp-protocol-version", MODERN,
            "mcp-method", "tools/call",
            "mcp-name", "ask"
        };
    }

    private CompletableFuture<HttpResponse<String>> call(
            String more, String capabilities, String... headers) {
        String[] all = headers();
        String[] both = new String[all.length + headers.length];
        System.arraycopy(all, 0, both, 0, all.length);
        System.arraycopy(headers, 0, both, all.length, headers.length);
        return daemon.begin("POST", "/mcp", request(more, capabilities), both);
    }

    /** Of a client whose user can be asked. */
    private CompletableFuture<HttpResponse<String>> call(String more) {
        return call(more, "\"elicitation\":{}");
    }

    private static String body(CompletableFuture<HttpResponse<String>> answer) throws Exception {
        return answer.get(20, TimeUnit.SECONDS).body();
    }

    private static String state(String answer) {
        Matcher state = STATE.matcher(answer);
        assertThat(state.find()).as(answer).isTrue();
        return state.group(1);
    }

    private static String reply(String state, String action, String content) {
        return "\"requestState\":\"%s\",\"inputResponses\":{\"%s\":{\"action\":\"%s\"%s}},"
                .formatted(state, APPROVAL, action, content);
    }

    private static String decided(String state, String decision) {
        return reply(
                state,
                "accept",
                ",\"content\":{\"decision\":\"%s\",\"reason\":\"I looked\"}".formatted(decision));
    }

    private String session(String revision, String capabilities) throws Exception {
        HttpResponse<String> begun =
                daemon.send(
                        "POST",
                        "/mcp",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"%s\",\"capabilities\":{%s},\"clientInfo\":{}}}"
                                .formatted(revision, capabilities),
                        "content-type",
                        "application/json",
                        "accept",
                        "application/json, text/event-stream");
        return begun.headers().firstValue("mcp-session-id").orElseThrow();
    }

    /** The stream of a call in a revision that begins with initialize. */
    private CompletableFuture<EventReader> callInSession(String session, String revision) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return daemon.stream(
                        "POST",
                        "/mcp",
                        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"ask\",\"arguments\":{\"agent\":\"a\",\"message\":\"hi\"},\"_meta\":{\"progressToken\":\"p\"}}}",
                        inSession(session, revision));
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static String[] inSession(String session, String revision) {
        return new String[] {
            "accept",
            "application/json, text/event-stream",
            "content-type",
            "application/json",
            "mcp-protocol-version",
            revision,
            "mcp-session-id",
            session
        };
    }

    private HttpResponse<String> answer(String session, String revision, String result)
            throws Exception {
        return daemon.send(
                "POST",
                "/mcp",
                "{\"jsonrpc\":\"2.0\",\"id\":\"" + APPROVAL + "\"," + result + "}",
                inSession(session, revision));
    }

    private static String await(EventReader events, String text) throws Exception {
        String data = events.next().data();
        while (!data.contains(text)) {
            data = events.next().data();
        }
        return data;
    }

    @ParameterizedTest
    @CsvSource({
        "2025-06-18, allow, allowed",
        "2025-11-25, deny, denied",
    })
    void aClientOfAnEarlierRevisionIsAskedOnTheStreamOfItsCall(
            String revision, String decision, String known) throws Exception {
        String session = session(revision, "\"elicitation\":{}");
        CompletableFuture<EventReader> begun = callInSession(session, revision);
        Request turn = guest.take();
        ask(turn);
        tellQuestion(turn);
        try (EventReader events = begun.get(20, TimeUnit.SECONDS)) {
            assertThat(await(events, "elicitation/create"))
                    .startsWith(
                            "{\"jsonrpc\":\"2.0\",\"id\":\""
                                    + APPROVAL
                                    + "\",\"method\":\"elicitation/create\",\"params\":{\"message\":\"The"
                                    + " agent a asks whether it may use run_command.")
                    .contains("\"requestedSchema\":{\"type\":\"object\"")
                    .doesNotContain("\"mode\"");

            HttpResponse<String> taken =
                    answer(
                            session,
                            revision,
                            "\"result\":{\"action\":\"accept\",\"content\":{\"decision\":\"%s\",\"reason\":\"I looked\"}}"
                                    .formatted(decision));

            assertThat(taken.statusCode()).isEqualTo(202);
            assertThat(daemon.get("/api/v1/approvals/" + APPROVAL).body())
                    .contains("\"state\":\"" + known + "\"", "I looked");
            goOn(turn, "pushed");
            assertThat(await(events, "\"result\""))
                    .contains("\"id\":7", "I push. pushed")
                    .doesNotContain("input_required");
        }
    }

    @Test
    void anEarlierClientThatClosesTheFormLeavesItOpen() throws Exception {
        String revision = "2025-11-25";
        String session = session(revision, "\"elicitation\":{\"form\":{}}");
        CompletableFuture<EventReader> begun = callInSession(session, revision);
        Request turn = guest.take();
        ask(turn);
        tellQuestion(turn);
        try (EventReader events = begun.get(20, TimeUnit.SECONDS)) {
            await(events, "elicitation/create");

            assertThat(answer(session, revision, "\"result\":{\"action\":\"cancel\"}").statusCode())
                    .isEqualTo(202);
            assertThat(answer(session, revision, "\"error\":{\"code\":1}").statusCode())
                    .isEqualTo(202);
            assertThat(daemon.get("/api/v1/approvals/" + APPROVAL).body()).contains("pending");

            assertThat(
                            answer(session, revision, "\"result\":{\"action\":\"decline\"}")
                                    .statusCode())
                    .isEqualTo(202);
            assertThat(daemon.get("/api/v1/approvals/" + APPROVAL).body()).contains("denied");
            goOn(turn, "no");
            await(events, "\"result\"");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2025-11-25|",
                "2025-11-25|\"elicitation\":{\"url\":{}}",
                "2025-03-26|\"elicitation\":{}"
            })
    void anEarlierClientThatCannotAskItsUserIsToldWhoCan(String revision, String capabilities)
            throws Exception {
        String session = session(revision, capabilities == null ? "" : capabilities);
        CompletableFuture<EventReader> begun = callInSession(session, revision);
        Request turn = guest.take();
        ask(turn);
        tellQuestion(turn);
        try (EventReader events = begun.get(20, TimeUnit.SECONDS)) {
            assertThat(await(events, "waits for an approval")).contains("notifications/progress");
            goOn(turn, "pushed");
            await(events, "\"result\"");
        }
    }

    @Test
    void anAnswerToWhatNobodyHasAskedChangesNothing() throws Exception {
        String revision = "2025-11-25";
        String session = session(revision, "\"elicitation\":{}");

        assertThat(
                        answer(
                                        session,
                                        revision,
                                        "\"result\":{\"action\":\"accept\",\"content\":{\"decision\":\"allow\"}}")
                                .statusCode())
                .isEqualTo(404);
        assertThat(
                        daemon.send(
                                        "POST",
                                        "/mcp",
                                        "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{}}",
                                        inSession(session, revision))
                                .statusCode())
                .isEqualTo(202);
    }

    @ParameterizedTest
    @CsvSource({"allow, allowed", "deny, denied"})
    void aClientsUserDecidesAndTheCallGoesOnWithTheSameTurn(String decision, String known)
            throws Exception {
        CompletableFuture<HttpResponse<String>> asked = call("");
        Request turn = guest.take();
        ask(turn);
        tellQuestion(turn);

        String question = body(asked);
        assertThat(question)
                .contains(
                        "\"resultType\":\"input_required\"",
                        "\"" + APPROVAL + "\":{\"method\":\"elicitation/create\"",
                        "The agent a asks whether it may use run_command.\\nArguments:"
                                + " {\\\"argv\\\":[\\\"git\\\",\\\"push\\\"]}",
                        "a push is seen by all",
                        "pushes",
                        "\"enum\":[\"allow\",\"deny\"]",
                        "\"message\":\"I push. \"");
        daemon.awaitBody("/api/v1/turns/" + turn.id(), "\"read_by\":[]");
        daemon.awaitBody("/api/v1/approvals/" + APPROVAL, "pending");

        CompletableFuture<HttpResponse<String>> again = call(decided(state(question), decision));

        Request told = guest.take();
        while (!told.type().equals("approved")) {
            told = guest.take();
        }
        assertThat(told.payload())
                .contains("\"decision\":\"" + decision + "\"", "\"reason\":\"I looked\"");
        daemon.awaitBody("/api/v1/approvals/" + APPROVAL, known);
        Request resumed = resumed(turn);
        tellQuestion(resumed);
        goOn(resumed, "It is pushed.");
        assertThat(body(again))
                .contains(
                        "\"resultType\":\"complete\"",
                        "\"text\":\"I push. It is pushed.\"",
                        "\"dev.culvert/turn\":\"" + turn.id() + "\"",
                        "\"message\":\"It is pushed.\"")
                .doesNotContain("\"message\":\"I push. \"", "input_required");
        assertThat(guest.seen("cancel")).isEmpty();
    }

    /** Who reads the turn now. */
    private Request resumed(Request turn) throws Exception {
        Request next = guest.reader(turn.id());
        for (int i = 0; next.type().equals("message") && i < 1_000; i++) {
            Thread.sleep(10);
            next = guest.reader(turn.id());
        }
        assertThat(next.type()).isEqualTo("resume");
        return next;
    }

    @Test
    void whatSomebodyElseHasDecidedIsNoMistakeOfTheClient() throws Exception {
        CompletableFuture<HttpResponse<String>> asked = call("");
        Request turn = guest.take();
        tellQuestion(turn);
        ask(turn);
        String state = state(body(asked));
        daemon.awaitBody("/api/v1/approvals/" + APPROVAL, "pending");
        assertThat(
                        daemon.post("/api/v1/approvals/" + APPROVAL, "{\"decision\":\"deny\"}")
                                .statusCode())
                .isEqualTo(200);

        CompletableFuture<HttpResponse<String>> again = call(decided(state, "allow"));

        Request resumed = resumed(turn);
        tellQuestion(resumed);
        goOn(resumed, "Then not.");
        assertThat(body(again)).contains("\"text\":\"I push. Then not.\"");
        assertThat(daemon.get("/api/v1/approvals/" + APPROVAL).body()).contains("denied");
    }

    @Test
    void aFormThatIsClosedDecidesNothingAndADeclinedOneDenies() throws Exception {
        CompletableFuture<HttpResponse<String>> asked = call("");
        Request turn = guest.take();
        tellQuestion(turn);
        ask(turn);
        String state = state(body(asked));
        daemon.awaitBody("/api/v1/approvals/" + APPROVAL, "pending");

        assertThat(body(call(reply(state, "cancel", ""))))
                .contains("Nobody has decided", "culvert://turns/", "\"isError\":true");
        assertThat(daemon.get("/api/v1/approvals/" + APPROVAL).body()).contains("pending");

        CompletableFuture<HttpResponse<String>> again = call(reply(state, "decline", ""));
        daemon.awaitBody("/api/v1/approvals/" + APPROVAL, "denied");
        Request resumed = resumed(turn);
        tellQuestion(resumed);
        goOn(resumed, "Then not.");
        assertThat(body(again)).contains("Then not.");
    }

    @Test
    void aClientThatComesBackWithoutAnAnswerIsAskedAgain() throws Exception {
        CompletableFuture<HttpResponse<String>> asked = call("");
        Request turn = guest.take();
        tellQuestion(turn);
        ask(turn);
        String state = state(body(asked));

        CompletableFuture<HttpResponse<String>> again = call("\"requestState\":\"" + state + "\",");
        tellQuestion(resumed(turn));

        assertThat(body(again)).contains("input_required", APPROVAL);
    }

    @ParameterizedTest
    @CsvSource({
        "nonsense",
        "a b c",
        "TURN 3 ap_short",
        "'../../tokens 3 ap_0123456789abcdefghijkl'"
    })
    void aStateThatWasNotGivenIsRefusedInWords(String state) throws Exception {
        assertThat(body(call(decided(state, "allow"))))
                .containsAnyOf("is not what this tool gave", "is not known here");
    }

    @Test
    void aClientThatCannotAskItsUserIsToldWhoDecidesAndWaits() throws Exception {
        CompletableFuture<HttpResponse<String>> asked = call("", "");
        Request turn = guest.take();
        tellQuestion(turn);
        ask(turn);
        daemon.awaitBody("/api/v1/approvals/" + APPROVAL, "pending");
        assertThat(asked).isNotDone();

        goOn(turn, "It is pushed.");

        assertThat(body(asked))
                .contains(
                        "\"method\":\"notifications/progress\"",
                        "The agent a waits for an approval of run_command.",
                        "the scope approvals",
                        "culvert approvals (" + APPROVAL + ")",
                        "\"text\":\"I push. It is pushed.\"")
                .doesNotContain("input_required");
    }

    @Test
    void whatIsShownIsWhatTheDaemonHasStored() throws Exception {
        CompletableFuture<HttpResponse<String>> asked = call("");
        Request turn = guest.take();
        ask(turn, "{\"argv\":[\"rm\",\"-rf\",\"/srv\"]}");
        tellQuestion(turn);

        assertThat(body(asked))
                .contains("input_required", "{\\\"argv\\\":[\\\"rm\\\",\\\"-rf\\\",\\\"/srv\\\"]}")
                .doesNotContain("push\\\"");
    }

    @Test
    void whoeverCannotBeShownAllOfTheArgumentsIsNotAskedInAForm() throws Exception {
        try (RawEvents asked =
                new RawEvents(daemon, "/mcp", request("", "\"elicitation\":{}"), headers())) {
            Request turn = guest.take();
            ask(
                    turn,
                    "{\"argv\":[\"echo\",\"%s\",\"; rm -rf /srv\"]}".formatted("a".repeat(4_000)));
            tellQuestion(turn);
            assertThat(asked.next()).contains("\"message\":\"I push. \"");
            assertThat(asked.next())
                    .contains(
                            "notifications/progress",
                            "the scope approvals",
                            "culvert approvals (" + APPROVAL + ")");

            goOn(turn, "It is done.");

            assertThat(asked.rest().getLast())
                    .contains("\"text\":\"I push. It is done.\"")
                    .doesNotContain("input_required");
        }
    }

    @Test
    void whatIsDecidedAlreadyIsNoQuestion() throws Exception {
        CompletableFuture<HttpResponse<String>> asked = call("");
        Request turn = guest.take();
        ask(turn);
        daemon.awaitBody("/api/v1/approvals/" + APPROVAL, "pending");
        assertThat(
                        daemon.post("/api/v1/approvals/" + APPROVAL, "{\"decision\":\"allow\"}")
                                .statusCode())
                .isEqualTo(200);

        tellQuestion(turn);
        goOn(turn, "It is pushed.");

        assertThat(body(asked)).contains("It is pushed.").doesNotContain("input_required");
    }

    @Test
    void aCallerThatMayNotDecideIsToldWhoDoes() throws Exception {
        String admin = token("{\"name\":\"root\",\"roles\":[\"admin\"]}", "");
        String operator =
                token("{\"name\":\"op\",\"scopes\":[\"agents:read\",\"agents:write\"]}", admin);
        CompletableFuture<HttpResponse<String>> asked =
                call("", "\"elicitation\":{}", "authorization", "Bearer " + operator);
        Request turn = guest.take();
        tellQuestion(turn);
        ask(turn);
        String forged = decided(turn.id() + " 3 " + APPROVAL, "allow");

        String refused =
                body(call(forged, "\"elicitation\":{}", "authorization", "Bearer " + operator));

        assertThat(refused).contains("approvals").contains("\"isError\":true");
        goOn(turn, "It is pushed.");
        assertThat(body(asked))
                .contains("waits for an approval of run_command", "It is pushed.")
                .doesNotContain("input_required");
    }

    private String token(String body, String admin) throws Exception {
        String made =
                (admin.isEmpty()
                                ? daemon.post("/api/v1/tokens", body)
                                : daemon.send(
                                        "POST",
                                        "/api/v1/tokens",
                                        body,
                                        "authorization",
                                        "Bearer " + admin))
                        .body();
        Matcher token = Pattern.compile("\"token\":\"([^\"]+)\"").matcher(made);
        assertThat(token.find()).as(made).isTrue();
        return token.group(1);
    }
}
