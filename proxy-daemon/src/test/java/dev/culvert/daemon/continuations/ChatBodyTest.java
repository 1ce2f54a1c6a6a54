package dev.culvert.daemon.continuations;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.answer.BadChunkException;
import dev.culvert.daemon.answer.ClientCall;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatBodyTest {
    private static final String CALL =
            "[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"now\",\"arguments\":\"{}\"}}]";
    private static final String CALLED =
            "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"now\",\"arguments\":\"{}\"}}]}";

    private static void add(Said said, FrameType type, String payload) {
        Frame frame = new Frame(type, "t", Unpooled.copiedBuffer(payload, UTF_8));
        try {
            said.add(frame);
        } finally {
            frame.release();
        }
    }

    private static Said saying(String... chunks) {
        Said said = new Said();
        for (String chunk : chunks) {
            add(said, FrameType.CHUNK, chunk);
        }
        return said;
    }

    private static Said calling() {
        return saying(
                "{\"content\":\"\",\"done\":false,\"tool_calls\":" + CALL + "}",
                "{\"content\":\"\",\"done\":true,\"finish_reason\":\"tool_calls\"}");
    }

    private static String body(String request, Said said) throws Exception {
        said.calls();
        return new String(ChatBody.of(request.getBytes(UTF_8), said.end()), UTF_8);
    }

    @Test
    void oneMessageBecomesAConversation() throws Exception {
        assertThat(
                        body(
                                "{\"role\":\"user\",\"tools\":[{}],\"content\":\"h\\u00e9\",\"n\":1e3}",
                                calling()))
                .isEqualTo(
                        "{\"tools\":[{}],\"n\":1e3,\"messages\":[{\"role\":\"user\",\"content\":\"h\\u00e9\"},"
                                + CALLED
                                + "]}");
    }

    @Test
    void aConversationGoesOnAsItCame() throws Exception {
        String before = "{\"role\":\"user\", \"content\":[{\"type\":\"text\"}]}";
        assertThat(body("{\"messages\":[ " + before + "],\"tools\":[]}", calling()))
                .isEqualTo("{\"tools\":[],\"messages\":[" + before + "," + CALLED + "]}");
        assertThat(body("{\"messages\":[ ]}", calling()))
                .isEqualTo("{\"messages\":[" + CALLED + "]}");
    }

    @Test
    void aForcedCallIsNotForcedAgain() throws Exception {
        assertThat(body("{\"tool_choice\":\"required\",\"messages\":[1]}", calling()))
                .doesNotContain("tool_choice");
        assertThat(body("{\"tool_choice\":{\"type\":\"function\"},\"messages\":[1]}", calling()))
                .doesNotContain("tool_choice");
        assertThat(body("{\"tool_choice\":\"auto\",\"messages\":[1]}", calling()))
                .contains("\"tool_choice\":\"auto\"");
    }

    @Test
    void aMessageInADialectCannotBeGoneOnFrom() {
        assertThatThrownBy(() -> body("{\"dialect\":\"anthropic\",\"messages\":[1]}", calling()))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("dialect");
    }

    @Test
    void moreToolsOfAnAgentAtOnceThanAnyRunsAreRefused() {
        Said said = new Said();
        String call = "{\"call_id\":\"g\",\"tool_name\":\"x\",\"arguments\":{}}";
        for (int i = 0; i < 256; i++) {
            add(said, FrameType.TOOL_CALL, call);
        }

        assertThatThrownBy(() -> add(said, FrameType.TOOL_CALL, call))
                .isInstanceOf(BadChunkException.class);
    }

    @Test
    void theRoundsOfTheAgentsOwnToolsAreThere() throws Exception {
        Said said =
                saying(
                        "{\"content\":\"I \",\"done\":false}",
                        "{\"content\":\"look\",\"done\":false}");
        add(
                said,
                FrameType.TOOL_CALL,
                "{\"call_id\":\"g1\",\"tool_name\":\"read_file\",\"arguments\":{\"path\":\"a\\\"b\"}}");
        add(said, FrameType.TOOL_OUTPUT, "{\"call_id\":\"g1\",\"output\":\"x\"}");
        add(
                said,
                FrameType.TOOL_CALL,
                "{\"call_id\":\"g2\",\"tool_name\":\"list_dir\",\"arguments\":\"no object\"}");
        add(said, FrameType.TOOL_RESULT, "{\"call_id\":\"g2\",\"ok\":false,\"error\":\"no\"}");
        add(said, FrameType.TOOL_RESULT, "{\"call_id\":\"g1\",\"ok\":true,\"result\":\"one\\n\"}");
        add(said, FrameType.CHUNK, "{\"content\":\"\",\"done\":false}");
        add(said, FrameType.CHUNK, "{\"content\":\"Now\",\"done\":false}");
        add(said, FrameType.CHUNK, "{\"content\":\"\",\"done\":false,\"tool_calls\":" + CALL + "}");
        add(said, FrameType.CHUNK, "{\"content\":\"\",\"done\":true,\"finish_reason\":\"stop\"}");

        assertThat(said.callsTheClient()).isTrue();
        assertThat(body("{\"messages\":[]}", said))
                .isEqualTo(
                        "{\"messages\":[{\"role\":\"assistant\",\"content\":\"I look\",\"tool_calls\":["
                                + "{\"id\":\"g1\",\"type\":\"function\",\"function\":{\"name\":\"read_file\",\"arguments\":\"{\\\"path\\\":\\\"a\\\\\\\"b\\\"}\"}},"
                                + "{\"id\":\"g2\",\"type\":\"function\",\"function\":{\"name\":\"list_dir\",\"arguments\":\"{}\"}}]},"
                                + "{\"role\":\"tool\",\"tool_call_id\":\"g1\",\"content\":\"one\\n\"},"
                                + "{\"role\":\"tool\",\"tool_call_id\":\"g2\",\"content\":\"Error: no\"},"
                                + CALLED.replace("null", "\"Now\"")
                                + "]}");
    }

    @Test
    void callsGetIdsThatNoOtherHas() throws Exception {
        Said said =
                saying(
                        "{\"content\":\"\",\"done\":false,\"tool_calls\":["
                                + "{\"index\":0,\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"x\\\":1}\"}},"
                                + "{\"index\":1,\"id\":\"d\",\"function\":{\"name\":\"b\",\"arguments\":\"\"}},"
                                + "{\"index\":2,\"id\":\"d\",\"function\":{\"name\":\"c\",\"arguments\":\"[1\"}}]}",
                        "{\"content\":\"\",\"done\":true,\"finish_reason\":\"tool_calls\"}");

        assertThat(said.calls().stream().map(it -> new String(it.event(), UTF_8)))
                .containsExactly(
                        "{\"call_id\":\"call_1\",\"tool_name\":\"a\",\"arguments\":{\"x\":1}}",
                        "{\"call_id\":\"d\",\"tool_name\":\"b\",\"arguments\":{}}",
                        "{\"call_id\":\"call_3\",\"tool_name\":\"c\",\"arguments\":\"[1\"}");
        assertThat(new String(ChatBody.of("{}".getBytes(UTF_8), said.end()), UTF_8))
                .contains(
                        "\"call_3\",\"type\":\"function\",\"function\":{\"name\":\"c\",\"arguments\":\"{}\"");
    }

    @Test
    void anAnswerThatWasCutCallsNothing() throws Exception {
        assertThat(
                        saying(
                                        "{\"content\":\"\",\"done\":false,\"tool_calls\":"
                                                + CALL
                                                + "}",
                                        "{\"content\":\"\",\"done\":true,\"finish_reason\":\"length\"}")
                                .callsTheClient())
                .isFalse();
        assertThat(saying("{\"content\":\"hi\",\"done\":true}").callsTheClient()).isFalse();
    }

    @Test
    void resultsFollowInTheOrderOfTheCalls() throws Exception {
        byte[] conversation = "{\"messages\":[0]}".getBytes(UTF_8);
        List<ClientCall> calls =
                List.of(new ClientCall("b\"", new byte[0]), new ClientCall("a", new byte[0]));
        Map<String, byte[]> results =
                Map.of("a", "1\\n".getBytes(UTF_8), "b\"", "2".getBytes(UTF_8));

        assertThat(ChatBody.with(conversation, calls, results).toString(UTF_8))
                .isEqualTo(
                        "{\"messages\":[0,{\"role\":\"tool\",\"tool_call_id\":\"b\\\"\",\"content\":\"2\"},"
                                + "{\"role\":\"tool\",\"tool_call_id\":\"a\",\"content\":\"1\\n\"}]}");
    }
}
