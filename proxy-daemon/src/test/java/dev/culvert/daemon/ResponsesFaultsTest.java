package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** Responses that fail: a client is never told that one is whole which is not. */
@Timeout(60)
@LoopCounts
class ResponsesFaultsTest implements OpenAiFaultsContract {
    private static final String PATH = "/v1/responses";
    private static final String WHOLE = "{\"model\":\"a\",\"input\":\"hi\"}";
    private static final String STREAMED = "{\"model\":\"a\",\"input\":\"hi\",\"stream\":true}";

    @Parameter int eventLoops;

    @Override
    public int eventLoops() {
        return eventLoops;
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public String request(boolean streams) {
        return streams ? STREAMED : WHOLE;
    }

    /** The failure with what there is of the answer, and an error. */
    @Override
    public void assertFailed(List<String> events, Fault fault) {
        assertThat(events).hasSize(2);
        assertThat(events.getFirst())
                .startsWith("response.failed {\"type\":\"response.failed\",\"sequence_number\":5,")
                .contains("\"status\":\"failed\",\"error\":{\"code\":\"")
                .contains("\"status\":\"incomplete\",\"role\":\"assistant\"")
                .contains("\"text\":\"half\"");
        assertThat(events.getLast())
                .startsWith("error {\"type\":\"error\",\"sequence_number\":6,\"code\":\"")
                .contains("\"param\":null,\"error\":{\"message\":\"")
                .endsWith(told(fault));
    }

    /** What goes on is read by the daemon from the beginning, which keeps the response. */
    @Override
    public void awaitUnread(TestDaemon daemon, String turn) {}

    @Override
    public boolean isEnd(String event) {
        return event.startsWith("response.completed ") || event.startsWith("response.incomplete ");
    }

    private TestDaemon daemon(String settings, ScriptedGuest guest) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guest);
    }

    private TestDaemon daemon(ScriptedGuest guest) throws Exception {
        return daemon("", guest);
    }

    private static RawEvents stream(TestDaemon daemon) throws Exception {
        return new RawEvents(daemon, PATH, STREAMED);
    }

    @Test
    void aCallThatGoesOnAfterItsEndBreaksOffTheStream() throws Exception {
        String call =
                "{\"content\":\"\",\"done\":false,\"tool_calls\":[{\"index\":0,%s\"function\":{\"arguments\":\"{\"}}]}";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                RawEvents events = stream(daemon)) {
            Request message = guest.take();
            message.reply("chunk", call.formatted("\"id\":\"c\","));
            message.chunk("and");
            message.reply("chunk", call.formatted(""));
            List<String> all = events.rest();
            assertThat(all.getLast()).startsWith("error ").contains("\"code\":\"bad_answer\"");
            assertThat(events.isBroken()).isTrue();
        }
    }

    @Test
    void anAnswerThatIsTooLargeToBeRepeatedBreaksOffTheStream() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"turns\": {\"max_answer_bytes\": 10},", guest);
                RawEvents events = stream(daemon)) {
            guest.take().chunk("this is more than ten bytes");
            assertThat(events.rest().getLast())
                    .startsWith("error ")
                    .contains("turns.max_answer_bytes", "Ask for less.")
                    .doesNotContain("update the agent");
            assertThat(events.isBroken()).isTrue();
        }
    }

    @Test
    void anAgentThatIsNotThereAndAToolThatNoRuntimeHasAreMistakesOfTheClient() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            HttpResponse<String> unknown =
                    daemon.post(PATH, "{\"model\":\"nobody\",\"input\":\"x\"}");
            assertThat(unknown.statusCode()).isEqualTo(404);
            assertThat(unknown.body()).contains("\"code\":\"model_not_found\"");

            HttpResponse<String> tool =
                    daemon.post(
                            PATH,
                            "{\"model\":\"a\",\"input\":\"x\",\"tools\":[{\"type\":\"web_search\"}]}");
            assertThat(tool.statusCode()).isEqualTo(400);
            assertThat(tool.body()).contains("\"param\":\"tools[0].type\"");
            assertThat(guest.seen("message")).isEmpty();
        }
    }
}
