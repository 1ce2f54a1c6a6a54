package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.daemon.http.LargeRequests;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** {@code POST /v1/responses}: what goes to the agent, and what clients are answered. */
@Timeout(60)
@LoopCounts
class ResponsesTest {
    private static final String PATH = "/v1/responses";
    private static final String WHOLE = "{\"model\":\"a\",\"input\":\"hi\",\"temperature\":0.5}";
    private static final String STREAMED = "{\"model\":\"a\",\"input\":\"hi\",\"stream\":true}";

    @Parameter int eventLoops;

    private TestDaemon daemon(ScriptedGuest guest) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + ",", guest);
    }

    private static MessageReader stream(TestDaemon daemon, String body) throws Exception {
        return new MessageReader(daemon.stream("POST", PATH, body));
    }

    /** Without what differs from one response to the next. */
    private static String plain(String text) {
        return text.replaceAll("(resp|msg|rs|fc)_[0-9a-f]{32}", "$1_ID")
                .replaceAll("\"created_at\":[0-9]{10},", "\"created_at\":TIME,");
    }

    /** An event with its number, in single quotes. */
    private static String event(String type, int number, String rest) {
        String name = "response." + type;
        return "%s {'type':'%s','sequence_number':%d,%s}"
                .formatted(name, name, number, rest)
                .replace('\'', '"');
    }

    private static String response(
            String status, String incomplete, String output, String usage, String temperature) {
        return "{'id':'resp_ID','object':'response','created_at':TIME,'status':'%s','error':null,'incomplete_details':%s,'output':[%s]%s,'access_programs':null,'background':false,'instructions':null,'max_output_tokens':null,'metadata':{},'model':'a','parallel_tool_calls':true,'previous_response_id':null,'reasoning':{'effort':null,'summary':null},'temperature':%s,'text':{'format':{'type':'text'}},'tool_choice':'auto','tools':[],'top_p':null,'truncation':'disabled'}"
                .formatted(status, incomplete, output, usage, temperature);
    }

    private static String inProgress() {
        return "'response':" + response("in_progress", "null", "", "", "null");
    }

    private static String part(String text) {
        return "{'type':'output_text','annotations':[],'logprobs':[],'text':'" + text + "'}";
    }

    private static String message(String id, String status, String content) {
        return "{'id':'%s','type':'message','status':'%s','role':'assistant','content':[%s]}"
                .formatted(id, status, content);
    }

    private static final String USAGE =
            ",'usage':{'input_tokens':9,'input_tokens_details':{'cached_tokens':4,'cache_write_tokens':0},'output_tokens':2,'output_tokens_details':{'reasoning_tokens':1},'total_tokens':11}";

    private static void answer(Request message) throws IOException {
        message.chunk("Hel\\u006co");
        message.chunk("!");
        message.reply(
                "chunk",
                "{\"content\":\"\",\"done\":true,\"finish_reason\":\"stop\",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11,\"prompt_tokens_details\":{\"cached_tokens\":4},\"completion_tokens_details\":{\"reasoning_tokens\":1}}}");
    }

    @Test
    void whatARequestSaysOnSeveralLinesIsRepeatedOnOne() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                MessageReader events =
                        stream(
                                daemon,
                                "{\"model\":\"a\",\"input\":\"hi\",\"stream\":true,\"metadata\":{\r\n\"k\":\"v\"\n}}")) {
            guest.take().done("yes");

            assertThat(events.rest())
                    .filteredOn(event -> event.contains("\"metadata\""))
                    .hasSize(3)
                    .allMatch(event -> event.contains("\"metadata\":{  \"k\":\"v\" },"));
        }
    }

    @Test
    void streamsATextWithItsBeginningsAndEnds() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                MessageReader events = stream(daemon, STREAMED)) {
            Request message = guest.take();
            answer(message);

            assertThat(events.status()).isEqualTo(200);
            assertThat(events.header("content-type")).isEqualTo("text/event-stream");
            assertThat(events.header("x-culvert-turn")).isEqualTo(message.id());
            String item = message("msg_ID_0", "completed", part("Hel\\u006co!"));
            String at = "'item_id':'msg_ID_0','output_index':0,'content_index':0,";
            assertThat(events.rest().stream().map(ResponsesTest::plain))
                    .containsExactly(
                            event("created", 0, inProgress()),
                            event("in_progress", 1, inProgress()),
                            event(
                                    "output_item.added",
                                    2,
                                    "'output_index':0,'item':"
                                            + message("msg_ID_0", "in_progress", "")),
                            event("content_part.added", 3, at + "'part':" + part("")),
                            event(
                                    "output_text.delta",
                                    4,
                                    at + "'logprobs':[],'delta':'Hel\\u006co'"),
                            event("output_text.delta", 5, at + "'logprobs':[],'delta':'!'"),
                            event(
                                    "output_text.done",
                                    6,
                                    at + "'logprobs':[],'text':'Hel\\u006co!'"),
                            event("content_part.done", 7, at + "'part':" + part("Hel\\u006co!")),
                            event("output_item.done", 8, "'output_index':0,'item':" + item),
                            event(
                                    "completed",
                                    9,
                                    "'response':"
                                            + response("completed", "null", item, USAGE, "null")));
            assertThat(events.isBroken()).isFalse();
            daemon.awaitMetric("culvert_tokens_total{direction=\"input\"}", 9);
        }
    }

    @Test
    void answersWithTheWholeResponse() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", ResponsesTest::answer);

            HttpResponse<String> answer = daemon.post(PATH, WHOLE);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("x-culvert-turn")).isPresent();
            assertThat(plain(answer.body()))
                    .isEqualTo(
                            response(
                                            "completed",
                                            "null",
                                            message("msg_ID_0", "completed", part("Hel\\u006co!")),
                                            USAGE,
                                            "0.5")
                                    .replace('\'', '"'));
            assertThat(guest.seen("message").getFirst())
                    .contains(
                            "{\"stream_options\":{\"include_usage\":true},\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"temperature\":0.5}");
        }
    }

    @Test
    void aLargeConversationIsReadElsewhereAndArrivesWhole() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done("yes"));
            String text = "x".repeat(2 * LargeRequests.LARGE_BYTES);

            HttpResponse<String> answer =
                    daemon.post(
                            PATH,
                            "{\"model\":\"a\",\"store\":false,\"prompt_cache_key\":\"k\",\"input\":\"%s\"}"
                                    .formatted(text));

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.headers().firstValue("x-culvert-ignored"))
                    .hasValue("prompt_cache_key");
            assertThat(guest.seen("message").getFirst())
                    .contains("{\"role\":\"user\",\"content\":\"" + text + "\"}");
            HttpResponse<String> wrong =
                    daemon.post(
                            PATH, "{\"model\":\"a\",\"input\":7,\"user\":\"%s\"}".formatted(text));
            assertThat(wrong.statusCode()).isEqualTo(400);
            assertThat(wrong.body()).contains("\"param\":\"input\"");
        }
    }

    @Test
    void streamsThoughtsAndCallsAsItemsOfTheirOwn() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                MessageReader events = stream(daemon, STREAMED)) {
            Request message = guest.take();
            message.reply("chunk", "{\"content\":\"\",\"done\":false,\"reasoning\":\"hm\"}");
            for (String call :
                    List.of(
                            "{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"re\"}}",
                            "{\"index\":0,\"function\":{\"name\":\"ad\",\"arguments\":\"{\\\"a\\\":\"}}",
                            "{\"index\":0,\"function\":{\"arguments\":\"1}\"}}",
                            "{\"index\":1,\"function\":{\"name\":\"ls\",\"arguments\":\"\"}}")) {
                message.reply(
                        "chunk", "{\"content\":\"\",\"done\":false,\"tool_calls\":[" + call + "]}");
            }
            message.done("");

            String thought =
                    "{'id':'rs_ID_0','type':'reasoning','status':'completed','summary':[{'type':'summary_text','text':'hm'}]}";
            String call =
                    "{'id':'fc_ID_1','type':'function_call','status':'%s','call_id':'c1','name':'read','arguments':'%s'}";
            String arguments = "{\\\"a\\\":1}";
            String other =
                    "{'id':'fc_ID_2','type':'function_call','status':'%s','call_id':'call_%s_2','name':'ls','arguments':''}";
            List<String> all =
                    events.rest().stream()
                            .map(ResponsesTest::plain)
                            .map(it -> it.replaceAll("call_[0-9a-f]{32}_", "call_ID_"))
                            .toList();
            String summary = "'item_id':'rs_ID_0','output_index':0,'summary_index':0,";
            String at = "'item_id':'fc_ID_1','output_index':1,";
            String last = "'item_id':'fc_ID_2','output_index':2,";
            assertThat(all.subList(2, all.size() - 1))
                    .containsExactly(
                            event(
                                    "output_item.added",
                                    2,
                                    "'output_index':0,'item':{'id':'rs_ID_0','type':'reasoning','status':'in_progress','summary':[]}"),
                            event(
                                    "reasoning_summary_part.added",
                                    3,
                                    summary + "'part':{'type':'summary_text','text':''}"),
                            event("reasoning_summary_text.delta", 4, summary + "'delta':'hm'"),
                            event("reasoning_summary_text.done", 5, summary + "'text':'hm'"),
                            event(
                                    "reasoning_summary_part.done",
                                    6,
                                    summary + "'part':{'type':'summary_text','text':'hm'}"),
                            event("output_item.done", 7, "'output_index':0,'item':" + thought),
                            event(
                                    "output_item.added",
                                    8,
                                    "'output_index':1,'item':" + call.formatted("in_progress", "")),
                            event("function_call_arguments.delta", 9, at + "'delta':'{\\\"a\\\":'"),
                            event("function_call_arguments.delta", 10, at + "'delta':'1}'"),
                            event(
                                    "function_call_arguments.done",
                                    11,
                                    at + "'arguments':'" + arguments + "'"),
                            event(
                                    "output_item.done",
                                    12,
                                    "'output_index':1,'item':"
                                            + call.formatted("completed", arguments)),
                            event(
                                    "output_item.added",
                                    13,
                                    "'output_index':2,'item':"
                                            + other.formatted("in_progress", "ID")),
                            event("function_call_arguments.done", 14, last + "'arguments':''"),
                            event(
                                    "output_item.done",
                                    15,
                                    "'output_index':2,'item':"
                                            + other.formatted("completed", "ID")));
            assertThat(all.getLast())
                    .startsWith("response.completed ")
                    .contains(
                            (thought
                                            + ","
                                            + call.formatted("completed", arguments)
                                            + ","
                                            + other.formatted("completed", "ID"))
                                    .replace('\'', '"'));
        }
    }

    @Test
    void callsOfFunctionsInANamespaceNameBoth() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on(
                    "message",
                    message -> {
                        message.reply(
                                "chunk",
                                "{\"content\":\"\",\"done\":false,\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"mcp__c__list\",\"arguments\":\"{}\"}}]}");
                        message.done("");
                    });
            String tools =
                    "\"tools\":[{\"type\":\"namespace\",\"name\":\"mcp__c\",\"description\":\"d\",\"tools\":[{\"type\":\"function\",\"name\":\"list\"}]}]";

            HttpResponse<String> answer =
                    daemon.post(PATH, "{\"model\":\"a\",\"input\":\"hi\"," + tools + "}");

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body())
                    .contains(
                            "\"call_id\":\"c1\",\"namespace\":\"mcp__c\",\"name\":\"list\",\"arguments\":\"{}\"");
            assertThat(answer.headers().firstValue("x-culvert-ignored"))
                    .hasValue("tools.namespace.description");
        }
    }

    @Test
    void anAnswerThatIsCutShortIsIncomplete() throws Exception {
        String end = "{\"content\":\"half\",\"done\":true,\"finish_reason\":\"length\"}";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                MessageReader events = stream(daemon, STREAMED)) {
            guest.take().reply("chunk", end);
            assertThat(plain(events.rest().getLast()))
                    .startsWith("response.incomplete ")
                    .contains(
                            "\"status\":\"incomplete\",\"error\":null,\"incomplete_details\":{\"reason\":\"max_output_tokens\"},\"output\":[{\"id\":\"msg_ID_0\",\"type\":\"message\",\"status\":\"incomplete\"");
            assertThat(events.isBroken()).isFalse();

            guest.on("message", message -> message.reply("chunk", end));
            assertThat(daemon.post(PATH, WHOLE).body()).contains("\"status\":\"incomplete\"");
        }
    }

    @Test
    void eachPieceIsThereBeforeTheNextIsSent() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                MessageReader events = stream(daemon, STREAMED)) {
            Request message = guest.take();
            message.chunk("0");
            while (!events.next().startsWith("response.output_text.delta")) {
                // those before it
            }
            for (int i = 1; i < 10; i++) {
                message.chunk("piece " + i);
                assertThat(events.next()).contains("\"piece " + i + "\"");
            }
        }
    }

    @Test
    void whatIsIgnoredIsNamed() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done("x"));
            HttpResponse<String> answer =
                    daemon.post(
                            PATH,
                            "{\"model\":\"a\",\"input\":\"x\",\"prompt_cache_key\":\"k\",\"include\":[\"reasoning.encrypted_content\"]}");
            assertThat(answer.headers().firstValue("x-culvert-ignored"))
                    .hasValue("include, prompt_cache_key");
            assertThat(daemon.post(PATH, WHOLE).headers().firstValue("x-culvert-ignored"))
                    .isEmpty();
        }
    }

    @Test
    void theToolsAndInstructionsAreRepeatedUnlessTheyAreLarge() throws Exception {
        String body =
                "{\"model\":\"a\",\"input\":\"x\",\"instructions\":\"%s\",\"tools\":[{\"type\":\"function\",\"name\":\"f\"}]}";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done("x"));
            assertThat(daemon.post(PATH, body.formatted("Be brief.")).body())
                    .contains("\"instructions\":\"Be brief.\"")
                    .contains("\"tools\":[{\"type\":\"function\",\"name\":\"f\"}]");
            assertThat(daemon.post(PATH, body.formatted("x".repeat(300_000))).body())
                    .contains("\"instructions\":null")
                    .contains("\"tools\":[]");
        }
    }
}
