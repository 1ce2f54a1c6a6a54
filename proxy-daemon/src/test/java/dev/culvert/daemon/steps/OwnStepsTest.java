package dev.culvert.daemon.steps;

import static io.netty.handler.codec.http.HttpMethod.DELETE;
import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.POST;
import static io.netty.handler.codec.http.HttpResponseStatus.BAD_GATEWAY;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps that ask the daemon's own routes. */
@Timeout(30)
class OwnStepsTest {
    private static final String MESSAGE = "/api/v1/agents/{id}/message";

    private final StepBench bench = new StepBench();

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void aMessageGoesToItsAgentWithTheKeyOfTheStep() throws Exception {
        bench.serving(
                POST,
                MESSAGE,
                "{\"content\":\"Hello.\",\"finish_reason\":\"stop\",\"usage\":{\"prompt_tokens\":9},\"more\":1}");

        String output =
                bench.run(new MessageStep(bench.own()), "{'agent': 'web 1', 'content': 'h\\n'}")
                        .json();

        assertThat(output)
                .isEqualTo(
                        "{\"content\": \"Hello.\", \"finish_reason\": \"stop\", \"usage\": {\"prompt_tokens\": 9}}");
        assertThat(bench.asked)
                .containsExactly(
                        "/api/v1/agents/web%201/message fr_1.a {\"role\": \"user\", \"content\": \"h\\n\"}");
    }

    @Test
    void aMessageHasAContentOrAConversation() throws Exception {
        bench.serving(POST, MESSAGE, "{\"content\":\"\"}");
        MessageStep step = new MessageStep(bench.own());

        assertThat(bench.run(step, "{'agent': 'a'}").why().code()).isEqualTo("bad_parameter");
        bench.run(step, "{'agent': 'a', 'messages': [{'role': 'user', 'content': 'x'}]}");

        assertThat(bench.asked.getFirst())
                .endsWith("{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}]}");
    }

    @Test
    void aMessageToAnAgentWithoutKeysHasNone() throws Exception {
        bench.serving(POST, MESSAGE, "{\"content\":\"\"}");
        MessageStep step = new MessageStep(bench.own());
        String params = "{'agent': 'a', 'content': 'x', 'idempotent': false}";

        bench.run(step, params);

        assertThat(bench.asked.getFirst()).startsWith("/api/v1/agents/a/message null ");
        assertThat(step.isIdempotent((Node.Members) Jsonc.read(params.replace('\'', '"'))))
                .isFalse();
    }

    @Test
    void saysWhyTheDaemonRefused() throws Exception {
        bench.serving(
                POST, MESSAGE, FORBIDDEN, "{\"error\":\"You may not.\",\"code\":\"no_scope\"}");

        StepFailure why =
                bench.run(new MessageStep(bench.own()), "{'agent': 'a', 'content': 'x'}").why();

        assertThat(why).isEqualTo(new StepFailure("no_scope", "You may not.", false));
    }

    @Test
    void whatWasRefusedForNowMayBeTriedAgainAndWhatMayBeDoneOnlyIfThatDoesNoHarm()
            throws Exception {
        bench.serving(POST, MESSAGE, SERVICE_UNAVAILABLE, "{\"error\":\"Draining.\"}");
        bench.serving(POST, "/api/v1/tokens", BAD_GATEWAY, "{}");
        bench.serving(GET, "/api/v1/tokens", BAD_GATEWAY, "{}");
        ToolStep tool = bench.tool();

        assertThat(bench.run(new MessageStep(bench.own()), "{'agent': 'a', 'content': 'x'}").why())
                .isEqualTo(new StepFailure("http_503", "Draining.", true));
        assertThat(
                        bench.run(tool, "{'operation': 'token.create', 'arguments': {'name': 'a'}}")
                                .why()
                                .mayPass())
                .isFalse();
        assertThat(bench.run(tool, "{'operation': 'token.list'}").why().mayPass()).isTrue();
    }

    @Test
    void aToolRunsAnOperationWithItsArguments() throws Exception {
        bench.serving(DELETE, "/api/v1/tokens/{token}", "");
        bench.serving(GET, "/api/v1/agents", "{\"agents\":[{\"id\":\"a\"}],\"next\":null}");
        ToolStep step = bench.tool();

        assertThat(
                        bench.run(
                                        step,
                                        "{'operation': 'agents.list', 'arguments': {'state': 'ready'}}")
                                .json())
                .isEqualTo("{\"agents\": [{\"id\": \"a\"}], \"next\": null}");
        assertThat(
                        bench.run(
                                        step,
                                        "{'operation': 'token.revoke', 'arguments': {'token': 't'}}")
                                .json())
                .isEqualTo("null");
        assertThat(bench.run(step, "{'operation': 'agents.show'}").why().sentence())
                .isEqualTo("The operation 'agents.show' needs the argument 'id': give it.");
    }

    @ParameterizedTest
    @CsvSource({
        "agents.list, true",
        "agents.add, true",
        "agents.remove, true",
        "message, true",
        "token.create, false",
        "no.such, false"
    })
    void knowsWhatMayRunTwice(String operation, boolean may) {
        Node.Members params = (Node.Members) Jsonc.read("{\"operation\": \"" + operation + "\"}");

        assertThat(bench.tool().isIdempotent(params)).isEqualTo(may);
    }

    @Test
    void aCheckFailsIfAServerCannotBeReachedUnlessItNeedNot() throws Exception {
        bench.serving(
                POST,
                "/api/v1/checks",
                "{\"checks\":[{\"url\":\"https://a\",\"verdict\":\"reachable\",\"sentence\":\"it answers\"},"
                        + "{\"url\":\"https://b\",\"verdict\":\"unreachable\",\"sentence\":\"DNS: no such host\"}]}");
        CheckStep step = new CheckStep(bench.own());

        StepFailure why =
                bench.run(step, "{'urls': ['https://a', 'https://b'], 'timeout': '5s'}").why();
        String output = bench.run(step, "{'must': false, 'tunnel': 'jump'}").json();

        assertThat(why.code()).isEqualTo("unreachable");
        assertThat(why.sentence()).startsWith("https://b: DNS: no such host.");
        assertThat(output)
                .startsWith("{\"ok\": false, \"failed\": [\"https://b: DNS: no such host\"]");
        assertThat(bench.asked.getFirst())
                .endsWith("{\"urls\": [\"https://a\", \"https://b\"], \"timeout\": \"5s\"}");
        assertThat(bench.asked.getLast()).endsWith("{\"through\": \"tunnel:jump\"}");
        assertThat(bench.run(step, "{'through': 'socks5://p', 'tunnel': 'jump'}").why().code())
                .isEqualTo("bad_parameter");
    }

    @Test
    void anLlmOfOpenAiIsAskedInItsShape() throws Exception {
        bench.serving(
                POST,
                "/providers/{provider}/v1/chat/completions",
                "{\"model\":\"gpt-x\",\"choices\":[{\"message\":{\"content\":\"Hi.\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}");

        String output =
                bench.run(
                                new LlmStep(bench.own()),
                                "{'provider': 'openai', 'via': 'cheap', 'model': 'm', 'prompt': 'p', 'system': 's'}")
                        .json();

        assertThat(output)
                .isEqualTo(
                        "{\"text\": \"Hi.\", \"model\": \"gpt-x\", \"stop\": \"stop\", \"input_tokens\": 7, \"output_tokens\": 2}");
        assertThat(bench.asked)
                .isEqualTo(
                        List.of(
                                "/providers/cheap/v1/chat/completions fr_1.a {\"model\": \"m\", \"messages\": [{\"role\": \"system\", \"content\": \"s\"}, {\"role\": \"user\", \"content\": \"p\"}], \"max_completion_tokens\": 1024}"));
    }

    @Test
    void anLlmOfAnthropicIsAskedInItsShape() throws Exception {
        bench.serving(
                POST,
                "/providers/{provider}/v1/messages",
                "{\"model\":\"claude-x\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"},{\"type\":\"text\",\"text\":\".\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":7,\"output_tokens\":2}}");

        String output =
                bench.run(
                                new LlmStep(bench.own()),
                                "{'provider': 'anthropic', 'model': 'm', 'prompt': 'p', 'system': 's', 'max_tokens': 5}")
                        .json();

        assertThat(output)
                .isEqualTo(
                        "{\"text\": \"Hi.\", \"model\": \"claude-x\", \"stop\": \"end_turn\", \"input_tokens\": 7, \"output_tokens\": 2}");
        assertThat(bench.asked)
                .containsExactly(
                        "/providers/anthropic/v1/messages fr_1.a {\"model\": \"m\", \"max_tokens\": 5, \"system\": \"s\", \"messages\": [{\"role\": \"user\", \"content\": \"p\"}]}");
    }

    @Test
    void anLlmCanBeAnAgent() throws Exception {
        bench.serving(
                POST,
                MESSAGE,
                "{\"content\":\"Hi.\",\"finish_reason\":\"stop\",\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}");
        LlmStep step = new LlmStep(bench.own());

        String output = bench.run(step, "{'agent': 'a', 'prompt': 'p', 'system': 's'}").json();

        assertThat(output)
                .isEqualTo(
                        "{\"text\": \"Hi.\", \"model\": \"\", \"stop\": \"stop\", \"input_tokens\": 7, \"output_tokens\": 2}");
        assertThat(bench.asked)
                .containsExactly(
                        "/api/v1/agents/a/message fr_1.a {\"messages\": [{\"role\": \"system\", \"content\": \"s\"}, {\"role\": \"user\", \"content\": \"p\"}]}");
        assertThat(bench.run(step, "{'prompt': 'p'}").why().code()).isEqualTo("bad_parameter");
        assertThat(bench.run(step, "{'provider': 'openai', 'prompt': 'p'}").why().code())
                .isEqualTo("bad_parameter");
    }

    @Test
    void anAnswerWithoutAChoiceIsNone() throws Exception {
        bench.serving(POST, "/providers/{provider}/v1/chat/completions", "{\"choices\":[]}");

        StepFailure why =
                bench.run(
                                new LlmStep(bench.own()),
                                "{'provider': 'openai', 'model': 'm', 'prompt': 'p'}")
                        .why();

        assertThat(why.code()).isEqualTo("bad_answer");
    }
}
