package dev.culvert.guest.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.config.RuntimeKind;
import dev.culvert.guest.runtime.GenerationEnd;
import dev.culvert.guest.runtime.ProbeAnswer;
import dev.culvert.guest.runtime.RuntimeFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The guest from the wire to the runtime and back. */
class SessionTest {
    private static final GenerationEnd STOP = new GenerationEnd("stop", null);

    private final ScriptedLlm llm = new ScriptedLlm();
    private final EmbeddedAgent agent = new EmbeddedAgent(llm);
    private final EmbeddedHost host = agent.connect();

    @AfterEach
    void close() {
        host.close();
        agent.close();
    }

    @Test
    void saysReadyAtOnceAndRunningEveryTenSeconds() {
        assertThat(host.next())
                .isEqualTo(
                        "{\"type\":\"heartbeat\",\"id\":\"\",\"payload\":{\"status\":\"ready\",\"uptime_secs\":0,"
                                + "\"protocol\":\"1.1\",\"features\":[\"credit\",\"cancel\",\"resume\",\"probe\",\"parts\",\"subjects\",\"quiesce\",\"tunnel\"],\"instance\":\"i-1\","
                                + "\"agent_version\":\"1.2.3\",\"in_flight\":0,"
                                + "\"runtime_kind\":\"openai\"}}");
        host.advance(9);
        assertThat(host.next()).isNull();

        host.advance(1);
        assertThat(host.next()).contains("\"status\":\"running\"");
        host.advance(10);
        assertThat(host.next()).contains("\"status\":\"running\"");
    }

    @Test
    void afterAPauseOfTheVmOneHeartbeatMakesUpForAllThatWereMissed() {
        host.all();

        host.advance(3600);

        assertThat(host.all()).hasSize(1);
        host.advance(10);
        assertThat(host.all()).hasSize(1);
    }

    @Test
    void aHostThatConnectsDuringADrainIsToldSo() {
        agent.turns().drain(() -> {});

        try (EmbeddedHost late = agent.connect()) {
            assertThat(late.next()).contains("\"status\":\"draining\"");
        }
    }

    @Test
    void countsItsTurnsInTheHeartbeat() {
        startTurn("m1");

        host.advance(10);

        assertThat(host.all()).anyMatch(frame -> frame.contains("\"in_flight\":1"));
    }

    @Test
    void eachDeltaIsAChunkAtOnceAndTheEndIsTheLast() {
        startTurn("m1");

        llm.last().says().onText("Hel");
        assertThat(host.next()).isEqualTo(chunk("m1", 1, "Hel"));
        llm.last().says().onText("lo");
        assertThat(host.next()).isEqualTo(chunk("m1", 2, "lo"));
        llm.last().says().onEnd(new GenerationEnd("stop", "{\"total_tokens\":1e2}"));

        assertThat(host.next())
                .isEqualTo(
                        "{\"type\":\"chunk\",\"id\":\"m1\",\"seq\":3,\"payload\":{\"content\":\"\",\"done\":true,"
                                + "\"finish_reason\":\"stop\",\"usage\":{\"total_tokens\":1e2}}}");
        assertThat(agent.turns().count()).isZero();
    }

    @Test
    void turnsOfOneConnectionRunAtOnce() {
        startTurn("m1");
        ScriptedLlm.Asked first = llm.last();
        startTurn("m2");

        llm.last().says().onText("two");
        first.says().onText("one");

        assertThat(host.all()).containsExactly(chunk("m2", 1, "two"), chunk("m1", 1, "one"));
    }

    @Test
    void aProbeIsAnsweredWithTheTimesOfTheAgentAndOfItsRuntime() {
        host.all();
        host.send("ping", "p1", "{\"probe\":true,\"within_ms\":250}");
        host.send("ping", "p2", "{\"probe\":false}");
        assertThat(host.next()).isEqualTo("{\"type\":\"pong\",\"id\":\"p2\",\"payload\":{}}");

        agent.pass(Duration.ofMillis(3));
        ScriptedLlm.Probed probe = llm.probed();
        assertThat(probe.within()).isEqualTo(Duration.ofMillis(250));
        agent.pass(Duration.ofMillis(20));
        assertThat(host.next()).isNull();
        probe.told().accept(new ProbeAnswer(200, null));
        assertThat(host.next())
                .isEqualTo(
                        "{\"type\":\"pong\",\"id\":\"p1\",\"payload\":{\"guest_us\":3000,"
                                + "\"runtime_us\":20000,\"runtime_status\":200}}");
    }

    @Test
    void aProbeTellsWhyTheRuntimeDoesNotAnswer() {
        host.all();
        host.send("ping", "p1", "{\"probe\":true,\"within_ms\":\"soon\"}");
        agent.pass(Duration.ZERO);
        ScriptedLlm.Probed probe = llm.probed();
        assertThat(probe.within()).isEqualTo(Duration.ofSeconds(1));
        probe.told().accept(new ProbeAnswer(0, "Connection\nrefused"));
        assertThat(host.next())
                .isEqualTo(
                        "{\"type\":\"pong\",\"id\":\"p1\",\"payload\":{\"guest_us\":0,"
                                + "\"runtime_us\":0,\"runtime_error\":\"Connection\\\\nrefused\"}}");
    }

    @Test
    void aProbeOfALinkThatIsGoneIsForgotten() {
        EmbeddedHost other = agent.connect();
        other.send("ping", "p1", "{\"probe\":true}");
        agent.pass(Duration.ZERO);
        other.close();
        llm.probed().told().accept(new ProbeAnswer(200, null));
        assertThat(host.next()).contains("heartbeat");
        assertThat(host.next()).isNull();
    }

    @Test
    void answersPingWhileEveryTurnIsTaken() {
        try (EmbeddedAgent small = new EmbeddedAgent(llm, "\"max_turns\": 1");
                EmbeddedHost other = small.connect()) {
            other.all();
            other.send("message", "m1", "{\"role\":\"user\",\"content\":\"hi\"}");
            other.send("message", "m2", "{\"role\":\"user\",\"content\":\"hi\"}");
            other.send("ping", "p1", "{}");

            List<String> frames = other.all();
            assertThat(frames.getFirst())
                    .contains(
                            "\"code\":\"overloaded\"",
                            "\"id\":\"m2\"",
                            "--max-turns",
                            "\"retry_after\":1}");
            assertThat(frames.getLast())
                    .isEqualTo("{\"type\":\"pong\",\"id\":\"p1\",\"payload\":{}}");
            assertThat(llm.count()).isEqualTo(1);
        }
    }

    @Test
    void aFailureOfTheRuntimeIsAnErrorWithItsCode() {
        startTurn("m1");
        llm.last().says().onText("half");

        llm.last().says().onFailure(new RuntimeFailure(ErrorCode.STREAM_BROKEN, "it broke off", 0));

        assertThat(host.all())
                .containsExactly(
                        chunk("m1", 1, "half"),
                        "{\"type\":\"error\",\"id\":\"m1\",\"seq\":2,\"payload\":{\"code\":\"stream_broken\",\"message\":\"it"
                                + " broke off\"}}");
        assertThat(agent.turns().count()).isZero();
    }

    @Test
    void theStatusByWhichTheRuntimeRefusedAndItsPauseAreHandedOn() {
        startTurn("m1");

        llm.last()
                .says()
                .onFailure(new RuntimeFailure(ErrorCode.RUNTIME_ERROR, "it is busy", 429, 7));

        assertThat(host.next())
                .contains("\"code\":\"runtime_error\"", "\"status\":429,\"retry_after\":7}");
    }

    @Test
    void theTraceOfTheRequestGoesOnToTheRuntime() {
        String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        host.sendRaw(
                "{\"type\":\"message\",\"id\":\"m1\",\"traceparent\":\""
                        + trace
                        + "\",\"payload\":{\"role\":\"user\",\"content\":\"hi\"}}");

        assertThat(llm.last().headers()).containsEntry("traceparent", trace);
    }

    @Test
    void aBlockedToolStopsTheRuntimeAndEndsTheTurn() {
        configure("{}", "[\"search_*\",\"read\"]");
        startTurn("m1");
        llm.last().says().onText("let me");
        llm.last().says().onToolCall("search_web");
        llm.last().says().onToolCallFragment("[{\"index\":0}]");

        llm.last().says().onToolCall("delete_all");

        assertThat(host.all())
                .containsExactly(
                        chunk("m1", 1, "let me"),
                        "{\"type\":\"chunk\",\"id\":\"m1\",\"seq\":2,\"payload\":{\"content\":\"\",\"done\":false,\"tool_calls\":[{\"index\":0}]}}",
                        "{\"type\":\"tool_blocked\",\"id\":\"m1\",\"seq\":3,\"payload\":{\"tool_name\":\"delete_all\",\"reason\":\"it"
                                + " is not on the tool allowlist [search_*, read]\"}}");
        assertThat(llm.last().isAborted()).isTrue();
        assertThat(agent.turns().count()).isZero();
    }

    @Test
    void aPolicyBlocksToolsBesideTheAllowlist() {
        configureWith(
                "{\"rules\":[{\"decision\":\"allow\",\"tools\":[\"search_*\"]},"
                        + "{\"decision\":\"ask\",\"tools\":[\"search_private\"]},"
                        + "{\"decision\":\"deny\",\"tools\":[\"search_web\"],"
                        + "\"reason\":\"no network\"}]}");
        assertThat(host.next())
                .containsPattern("\"applied\":true,\"policy\":\"sha256:[0-9a-f]{64}\"");

        assertThat(blocked("search_web"))
                .contains(
                        "the policy does not allow it: rules[2] (tools.policy:1:99) denies it",
                        "no network");
        assertThat(blocked("search_private"))
                .contains("it needs an approval, and nobody can give one here: rules[1]");
        assertThat(blocked("delete"))
                .contains("the policy does not allow it: no rule of tools.policy allows it");
        assertThat(blocked("run")).contains("it is not on the tool allowlist");
        startTurn("m-search_docs");
        llm.last().says().onToolCall("search_docs");
        assertThat(host.all()).isEmpty();
    }

    @Test
    void aPolicyWithAMistakeRefusesTheWholeUpdate() {
        configure("{}", "[\"read\"]");
        configureWith(
                "{\"rules\":[{\"decision\":\"allow\",\"command\":[\"git\"],\"match\":[\"ls\"]}]}");
        assertThat(host.next())
                .contains(
                        "invalid_payload",
                        "the policy is not applied: tools.policy:1:58: rules[0].match[0]");
        assertThat(blocked("search_web")).contains("it is not on the tool allowlist [read]");
    }

    private void configureWith(String policy) {
        host.all();
        host.send(
                "config_update",
                "p1",
                "{\"config\":{},\"tool_allowlist\":[\"search_*\",\"delete\"],\"tools\":{\"policy\":"
                        + policy
                        + "}}");
    }

    private String blocked(String tool) {
        startTurn("m-" + tool);
        llm.last().says().onToolCall(tool);
        String last = String.valueOf(host.next());
        assertThat(last).contains("tool_blocked", tool);
        return last;
    }

    @Test
    void withoutAnAllowlistEveryToolIsAllowed() {
        configure("{}", "[]");
        startTurn("m1");

        llm.last().says().onToolCall("anything");

        assertThat(llm.last().isAborted()).isFalse();
    }

    @Test
    void theRequestHoldsConfigurationContextAndMessageInThatOrder() {
        configure(
                "{\"model\":\"m\",\"system_prompt\":\"Be"
                        + " \\\"kind\\\".\",\"temperature\":0.50,\"max_tokens\":9,"
                        + "\"headers\":{\"x-agent\":\"a\"},\"seed\":1e999}",
                "null");
        host.send("context_update", "c1", "{\"context\":\"the sky is blue\"}");
        host.send("context_update", "c2", "{\"context\":{\"k\":[1]}}");
        host.all();

        host.send("message", "m1", "{\"role\":\"user\",\"content\":\"hi\",\"temperature\":1}");

        assertThat(llm.last().body())
                .isEqualTo(
                        "{\"model\":\"m\",\"temperature\":1,\"max_tokens\":9,\"seed\":1e999,\"stream\":true,\"messages\":[{\"role\":\"system\",\"content\":\"Be"
                                + " \\\"kind\\\".\"},{\"role\":\"system\",\"content\":\"the sky is"
                                + " blue\"},{\"role\":\"system\",\"content\":\"{\\\"k\\\":[1]}\"},"
                                + "{\"role\":\"user\",\"content\":\"hi\"}]}");
        assertThat(llm.last().headers()).containsExactly(Map.entry("x-agent", "a"));
    }

    @Test
    void aConversationIsHandedOnAsItIs() {
        host.send(
                "message",
                "m1",
                "{\"messages\": [ {\"role\":\"user\",\"content\":[{\"type\":\"text\"}]},"
                        + " {\"role\":\"assistant\"} ],\"stream\":false,\"x\":[1]}");

        assertThat(llm.last().body())
                .isEqualTo(
                        "{\"x\":[1],\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]},"
                                + " {\"role\":\"assistant\"}]}");
    }

    @Test
    void roundsOfToolsReachTheRuntimeUnchanged() {
        String conversation =
                "{\"role\":\"user\",\"content\":\"read a\"},"
                        + "{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":\"hm\",\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"read\",\"arguments\":\"{\\\"p\\\": \\\"a\\\"}\"}}]},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"A\"},"
                        + "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c2\",\"type\":\"function\",\"function\":{\"name\":\"write\",\"arguments\":\"{}\"}}]},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":[{\"type\":\"text\",\"text\":\"ok\"}]}";
        String options =
                "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"read\"}}],\"tool_choice\":\"auto\"";

        host.send("message", "m1", "{" + options + ",\"messages\":[" + conversation + "]}");

        assertThat(llm.last().body())
                .isEqualTo("{" + options + ",\"stream\":true,\"messages\":[" + conversation + "]}");
    }

    @Test
    void theKindOfRuntimeIsConfiguredAndToldAndNoOptionOfARequest() {
        assertThat(llm.count()).isZero();
        configure("{\"runtime_kind\":\"anthropic\",\"max_tokens\":9}", "[]");

        startTurn("m1");

        assertThat(llm.last().kind()).isEqualTo(RuntimeKind.ANTHROPIC);
        assertThat(llm.last().body()).startsWith("{\"max_tokens\":9,\"stream\":true,");
        host.advance(10);
        assertThat(host.next()).contains("heartbeat", "\"runtime_kind\":\"anthropic\"");

        configure("{}", "[]");
        startTurn("m2");

        assertThat(llm.last().kind()).isEqualTo(RuntimeKind.OPENAI);
    }

    @Test
    void aMessageInAnthropicsFormIsOnlyForARuntimeOfThatKind() {
        String message =
                "{\"dialect\":\"anthropic\",\"max_tokens\":5,\"system\":\"S\",\"messages\":[{\"role\":\"user\",\"content\":[]}]}";
        host.all();

        host.send("message", "m1", message);

        assertThat(host.next())
                .contains(
                        "\"code\":\"overloaded\"", "of the kind openai now", "\"retry_after\":1}");
        assertThat(llm.count()).isZero();

        configure("{\"runtime_kind\":\"anthropic\",\"system_prompt\":\"P\"}", "[]");
        host.send("message", "m2", message);

        assertThat(llm.last().body())
                .isEqualTo(
                        "{\"dialect\":\"anthropic\",\"max_tokens\":5,\"system\":\"S\",\"stream\":true,\"messages\":["
                                + "{\"role\":\"system\",\"content\":\"P\"},{\"role\":\"user\",\"content\":[]}]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    []                                 | the payload must be a JSON object
                    {}                                 | 'role' must be a string
                    {"role":1,"content":"x"}           | 'role' must be a string
                    {"role":"user"}                    | 'content' must be a string
                    {"role":"user","content":7}        | 'content' must be a string
                    {"messages":[]}                    | 'messages' must be an array
                    {"messages":["x"]}                 | 'messages' must be an array
                    {"messages":"x"}                   | 'messages' must be an array
                    {"role":"u","role":"u","content":""} | 'role' twice
                    {"role":"u","content":"","dialect":"latin"} | 'dialect' must be
                    """)
    void aMessageThatCannotBeOneIsRefusedWithTheReason(String payload, String reason) {
        host.all();

        host.send("message", "m1", payload);

        assertThat(host.next()).contains("\"code\":\"invalid_payload\"").contains(reason);
        assertThat(llm.count()).isZero();
        assertThat(agent.turns().count()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"config":{}}                                              | 'tool_allowlist' is missing
                    {"tool_allowlist":[]}                                      | 'config' is missing
                    {"config":[],"tool_allowlist":[]}                          | 'config' must be an object
                    {"config":{"model":1},"tool_allowlist":[]}                 | 'config.model' must be a string
                    {"config":{"system_prompt":[]},"tool_allowlist":[]}        | 'config.system_prompt' must be a string
                    {"config":{"temperature":"hot"},"tool_allowlist":[]}       | 'config.temperature' must be a number
                    {"config":{"max_tokens":0},"tool_allowlist":[]}            | 'config.max_tokens' must be an integer from 1
                    {"config":{"max_tokens":1.5},"tool_allowlist":[]}          | 'config.max_tokens' must be an integer from 1
                    {"config":{"headers":[]},"tool_allowlist":[]}              | 'config.headers' must be an object
                    {"config":{"headers":{"a":1}},"tool_allowlist":[]}         | 'config.headers.a' must be a string
                    {"config":{"headers":{"Host":"x"}},"tool_allowlist":[]}    | 'config.headers'
                    {"config":{"runtime_kind":"other"},"tool_allowlist":[]}    | 'config.runtime_kind' must be
                    {"config":{"runtime_kind":7},"tool_allowlist":[]}          | 'config.runtime_kind' must be
                    {"config":{"stream":false},"tool_allowlist":[]}            | 'config.stream' is not allowed: the agent sets it
                    {"config":{},"tool_allowlist":"all"}                       | 'tool_allowlist' must be an array
                    {"config":{},"tool_allowlist":["a",1]}                     | 'tool_allowlist' must be an array
                    {"config":{},"tool_allowlist":[""]}                        | 'tool_allowlist' must be an array
                    """)
    void anInvalidConfigurationLeavesTheOldOneInForceAndNamesTheMember(
            String payload, String reason) {
        configure("{\"model\":\"old\"}", "[\"read\"]");

        host.send("config_update", "c9", payload);

        assertThat(host.next())
                .contains("\"type\":\"error\"", "\"id\":\"c9\"", "\"code\":\"invalid_payload\"")
                .contains(reason);
        startTurn("m1");
        assertThat(llm.last().body()).contains("\"model\":\"old\"");
        llm.last().says().onToolCall("write");
        assertThat(host.next()).contains("tool_blocked");
    }

    @Test
    void theNewestContextWinsWhenTheBoundIsPassed() {
        try (EmbeddedAgent small = new EmbeddedAgent(llm, "\"max_context_bytes\": 10");
                EmbeddedHost other = small.connect()) {
            other.send("context_update", "c1", "{\"context\":\"aaaa\"}");
            other.send("context_update", "c2", "{\"context\":\"bbbb\"}");
            other.send("context_update", "c3", "{\"context\":\"cccc\"}");
            other.send("context_update", "c4", "{\"context\":\"more than ten\"}");
            List<String> frames = other.all();
            other.send("message", "m1", "{\"role\":\"user\",\"content\":\"hi\"}");

            assertThat(frames).filteredOn(it -> it.contains("\"applied\":true")).hasSize(3);
            assertThat(frames.getLast())
                    .contains("\"id\":\"c4\"", "invalid_payload", "--max-context-bytes");
            assertThat(llm.last().body()).doesNotContain("aaaa").contains("bbbb", "cccc");
        }
    }

    @Test
    void aContextOfNullForgetsTheContext() {
        host.send("context_update", "c1", "{\"context\":\"secret\"}");
        host.send("context_update", "c2", "{\"context\":null}");
        startTurn("m1");

        assertThat(llm.last().body()).doesNotContain("secret");
    }

    @Test
    void configurationAndContextOutliveTheConnection() {
        configure("{\"model\":\"kept\"}", "[]");
        host.send("context_update", "c1", "{\"context\":\"remember\"}");
        host.close();

        try (EmbeddedHost again = agent.connect()) {
            again.send("message", "m1", "{\"role\":\"user\",\"content\":\"hi\"}");

            assertThat(llm.last().body()).contains("\"model\":\"kept\"", "remember");
        }
    }

    @Test
    void aModelGivenAtTheStartServesWhereNobodyNamesOne() {
        try (EmbeddedAgent withModel =
                        new EmbeddedAgent(llm, "\"runtime_model\": \"open\\\"claw\"");
                EmbeddedHost other = withModel.connect()) {
            other.send("message", "m1", "{\"role\":\"user\",\"content\":\"hi\"}");
            assertThat(llm.last().body()).startsWith("{\"model\":\"open\\\"claw\"");

            other.send("message", "m2", "{\"role\":\"user\",\"content\":\"hi\",\"model\":\"x\"}");
            assertThat(llm.last().body()).startsWith("{\"model\":\"x\"");
        }
    }

    @Test
    void aHostThatDoesNotReadStopsTheReadingFromTheRuntimeAndLosesNothing() {
        startTurn("m1");
        host.stopReading();
        StringBuilder said = new StringBuilder();
        for (int i = 0; i < 100_000 && !llm.last().isPaused(); i++) {
            String word = "word" + i + " ";
            said.append(word);
            llm.last().says().onText(word);
            host.runTasks();
        }
        assertThat(llm.last().isPaused()).isTrue();
        assertThat(said.length()).isLessThan(128 * 1024);
        said.append("what was read already");
        llm.last().says().onText("what was read already");

        host.readAgain();

        assertThat(llm.last().isPaused()).isFalse();
        llm.last().says().onEnd(STOP);
        StringBuilder heard = new StringBuilder();
        for (String frame : host.all()) {
            heard.append(frame.replaceAll(".*\"content\":\"([^\"]*)\".*", "$1"));
        }
        assertThat(heard.toString()).isEqualTo(said.toString());
    }

    @Test
    void theEndWaitsForWhatTheHostHasNotReadYet() {
        startTurn("m1");
        host.stopReading();
        llm.last().says().onText("a".repeat(200_000));
        llm.last().says().onEnd(STOP);
        host.runTasks();
        assertThat(agent.turns().count()).isEqualTo(1);

        host.readAgain();

        List<String> frames = host.all();
        assertThat(frames.getLast()).contains("\"done\":true");
        assertThat(String.join("", frames).chars().filter(c -> c == 'a').count())
                .isGreaterThan(200_000);
        assertThat(agent.turns().count()).isZero();
    }

    @Test
    void aLongTextIsCutWithoutPartingACharacter() {
        startTurn("m1");

        llm.last().says().onText("x".repeat(32 * 1024 - 1) + "😀!");

        List<String> frames = host.all();
        assertThat(frames).hasSize(2);
        assertThat(frames.getLast()).isEqualTo(chunk("m1", 2, "😀!"));
    }

    @Test
    void halfACharacterFromTheRuntimeIsReplaced() {
        startTurn("m1");

        llm.last().says().onText("a\ud83d.");

        assertThat(host.next()).isEqualTo(chunk("m1", 1, "a\ufffd."));
    }

    @Test
    void aCancelStopsTheRuntimeAndEndsTheTurn() {
        startTurn("m1");
        host.stopReading();
        llm.last().says().onText("a".repeat(100_000));

        host.sendRaw("{\"type\":\"cancel\",\"id\":\"m1\"}");
        host.readAgain();

        assertThat(llm.last().isAborted()).isTrue();
        assertThat(host.all().getLast())
                .contains("\"type\":\"error\"", "\"id\":\"m1\"", "\"code\":\"cancelled\"");
        assertThat(agent.turns().count()).isZero();
    }

    @Test
    void aCancelOfATurnThatIsOverIsNotAnswered() {
        startTurn("m1");
        llm.last().says().onEnd(STOP);
        host.all();

        host.sendRaw("{\"type\":\"cancel\",\"id\":\"m1\"}");

        assertThat(host.all()).isEmpty();
        assertThat(host.isConnected()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"type":"message","payload":{}}        | 'message' needs an id
                    {"type":"message","id":"m1"}           | 'message' needs a payload
                    {"type":"ping"}                        | 'ping' needs an id
                    {"type":"ping","id":"","payload":{}}   | 'ping' needs an id
                    {"type":"config_update","id":"c1"}     | 'config_update' needs a payload
                    """)
    void aRequestThatCannotBeOneIsAnswered(String frame, String reason) {
        host.all();

        host.sendRaw(frame);

        assertThat(host.next())
                .contains("\"type\":\"error\"", "\"code\":\"invalid_message\"", reason);
    }

    @Test
    void unknownTypesAreIgnored() {
        host.all();

        host.send("weather", "w1", "{}");
        host.send("chunk", "w2", "{}");

        assertThat(host.all()).isEmpty();
        assertThat(host.isConnected()).isTrue();
    }

    @Test
    void aBadFrameClosesTheConnection() {
        host.sendRaw("[]");

        assertThat(host.isConnected()).isFalse();
    }

    @Test
    void whileDrainingNoTurnBeginsAndTheLastOneEndsIt() {
        startTurn("m1");
        AtomicBoolean idle = new AtomicBoolean();
        agent.turns().drain(() -> idle.set(true));

        host.send("message", "m2", "{\"role\":\"user\",\"content\":\"hi\"}");
        assertThat(host.next()).contains("\"code\":\"draining\"");
        assertThat(idle).isFalse();
        llm.last().says().onEnd(STOP);

        assertThat(idle).isTrue();
    }

    private void startTurn(String id) {
        host.send("message", id, "{\"role\":\"user\",\"content\":\"hi\"}");
        host.all();
    }

    private void configure(String config, String allowlist) {
        host.all();
        host.send(
                "config_update",
                "c0",
                "{\"config\":" + config + ",\"tool_allowlist\":" + allowlist + "}");
        assertThat(host.next())
                .isEqualTo(
                        "{\"type\":\"config_ack\",\"id\":\"c0\",\"payload\":{\"applied\":true}}");
    }

    private static String chunk(String id, int seq, String content) {
        return "{\"type\":\"chunk\",\"id\":\""
                + id
                + "\",\"seq\":"
                + seq
                + ",\"payload\":{\"content\":\""
                + content
                + "\",\"done\":false}}";
    }
}
