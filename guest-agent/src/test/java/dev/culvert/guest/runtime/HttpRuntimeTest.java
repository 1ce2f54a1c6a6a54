package dev.culvert.guest.runtime;

import static dev.culvert.guest.runtime.ScriptedRuntime.answer;
import static dev.culvert.guest.runtime.ScriptedRuntime.byteByByte;
import static dev.culvert.guest.runtime.ScriptedRuntime.chunk;
import static dev.culvert.guest.runtime.ScriptedRuntime.encoded;
import static dev.culvert.guest.runtime.ScriptedRuntime.head;
import static dev.culvert.guest.runtime.ScriptedRuntime.raw;
import static dev.culvert.guest.runtime.ScriptedRuntime.rawThenClose;
import static dev.culvert.guest.runtime.ScriptedRuntime.stream;
import static dev.culvert.guest.runtime.ScriptedRuntime.streamHead;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.config.RuntimeLimits;
import dev.culvert.guest.config.RuntimeTimeouts;
import dev.culvert.guest.runtime.ScriptedRuntime.Script;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How answers of the runtime are told; connections are tested in {@link RuntimeConnectionTest}. */
class HttpRuntimeTest {

    private static final String STREAM =
            streamHead()
                    + encoded(
                            ": hello\n\ndata: "
                                    + chunk("{\"role\":\"assistant\",\"content\":\"\"}", null)
                                    + "\n\n")
                    + encoded("data: " + chunk("Wor") + "\r\n\r\n")
                    + encoded("data: " + chunk("ld ü\ud83d\ude00") + "\n\n")
                    + encoded("data: " + chunk("{}", "stop") + "\n\n")
                    + encoded("data: {\"choices\":[],\"usage\":{\"total_tokens\":7}}\n\n")
                    + encoded("data: [DONE]\n\n")
                    + "0\r\n\r\n";

    private static final String PLAIN =
            "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"plain\"},\"finish_reason\":\"stop\"}],"
                    + "\"usage\":{\"total_tokens\":2}}";

    @SuppressWarnings("NullAway.Init") // set by serve, with which every test begins
    private ScriptedRuntime server;

    @SuppressWarnings("NullAway.Init") // likewise
    private RuntimeDriver client;

    @AfterEach
    void closeBoth() throws Exception {
        client.close();
        server.close();
    }

    @Test
    void asksAsChatCompletionsAreAskedFor() throws Exception {
        serve(stream(chunk("x")));
        RecordingListener listener = new RecordingListener();
        client.start("{\"stream\":true}", Map.of("x-openclaw-session-key", "s1"), listener);
        listener.awaitEnd();
        ScriptedRuntime.Request request = server.request();
        assertThat(request.line()).isEqualTo("POST /v1/chat/completions HTTP/1.1");
        assertThat(request.body()).isEqualTo("{\"stream\":true}");
        assertThat(request.headers())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "host", server.base().getAuthority(),
                                "content-type", "application/json",
                                "content-length", "15",
                                "accept", "text/event-stream, application/json",
                                "accept-encoding", "identity",
                                "authorization", "Bearer sk-secret",
                                "x-openclaw-session-key", "s1"));
    }

    @Test
    void tellsAStreamAndItsEnd() throws Exception {
        serve(raw(STREAM));
        assertTellsTheStream();
    }

    @Test
    void tellsTheSameWhenEveryByteComesAlone() throws Exception {
        serve(byteByByte(STREAM));
        assertTellsTheStream();
    }

    private void assertTellsTheStream() throws Exception {
        RecordingListener listener = client.ask();
        assertThat(listener.awaitEnd())
                .isEqualTo(new GenerationEnd("stop", "{\"total_tokens\":7}"));
        assertThat(listener.told())
                .containsExactly("text Wor", "text ld ü\ud83d\ude00", "end stop");
    }

    @Test
    void tellsEachTextAtOnce() throws Exception {
        Semaphore next = new Semaphore(0);
        serve(connection -> {
            connection.beginStream();
            connection.event(chunk("one"));
            next.acquireUninterruptibly();
            connection.event(chunk("two"));
            next.acquireUninterruptibly();
            connection.event("[DONE]");
        });
        RecordingListener listener = client.ask();
        listener.awaitText();
        assertThat(listener.told()).containsExactly("text one");
        next.release();
        listener.awaitText();
        assertThat(listener.told()).containsExactly("text one", "text two");
        next.release();
        listener.awaitEnd();
    }

    @Test
    void understandsAPlainAnswer() throws Exception {
        serve(answer(200, "application/json", PLAIN));
        RecordingListener listener = client.ask();
        assertThat(listener.awaitEnd())
                .isEqualTo(new GenerationEnd("stop", "{\"total_tokens\":2}"));
        assertThat(listener.told()).containsExactly("text plain", "end stop");
    }

    @Test
    void tellsTheToolsOfAPlainAnswer() throws Exception {
        String calls =
                "[{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"find\",\"arguments\":\"{}\"}}]";
        serve(
                answer(
                        200,
                        "application/json",
                        "{\"choices\":[{\"message\":{\"content\":null,\"tool_calls\":"
                                + calls
                                + "},\"finish_reason\":\"tool_calls\"}]}"));
        RecordingListener listener = client.ask();
        listener.awaitEnd();
        assertThat(listener.told())
                .containsExactly("tool find", "fragment " + calls, "end tool_calls");
    }

    @Test
    void handsOnNothingOfAToolThatIsRefused() throws Exception {
        String name =
                chunk("{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"rm\"}}]}", null);
        String arguments =
                chunk("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}\"}}]}", null);
        serve(stream(chunk("before"), name, arguments, chunk("after")));
        RecordingListener listener =
                new RecordingListener() {
                    @Override
                    public void onToolCall(String tool) {
                        super.onToolCall(tool);
                        generation().abort();
                    }
                };
        client.start(listener);
        server.awaitCloseByClient();
        client.onLoop(() -> {}); // whatever the loop was about to tell is told
        assertThat(listener.told()).containsExactly("text before", "tool rm");
    }

    static Stream<Arguments> completeAnswers() {
        String one = "data: " + chunk("x") + "\n\n";
        String finish = "data: " + chunk("{}", "stop") + "\n\n";
        String head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
        return Stream.of(
                Arguments.of(
                        "[DONE] without a finish_reason",
                        streamHead() + encoded(one + "data: [DONE]\n\n")),
                Arguments.of(
                        "[DONE] without its last line breaks",
                        streamHead() + encoded(one + "data: [DONE]") + "0\r\n\r\n"),
                Arguments.of(
                        "a finish_reason and a clean end",
                        streamHead() + encoded(one + finish) + "0\r\n\r\n"),
                Arguments.of(
                        "[DONE] and a body cut short",
                        streamHead() + "ffff\r\n" + one + "data:[DONE]\n\n"),
                Arguments.of(
                        "a length",
                        head
                                + "Content-Length: "
                                + (one + finish).length()
                                + "\r\n\r\n"
                                + one
                                + finish),
                Arguments.of("a body that ends with the connection", head + "\r\n" + one + finish),
                Arguments.of(
                        "an early response before it",
                        "HTTP/1.1 103 Early Hints\r\n\r\n"
                                + streamHead()
                                + encoded(one + "data: [DONE]\n\n")),
                Arguments.of(
                        "events after [DONE]",
                        streamHead()
                                + encoded(
                                        one
                                                + "data: [DONE]\n\ndata: {\"error\":\"x\"}\n\n"
                                                + one)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("completeAnswers")
    void takesForComplete(String what, String bytes) throws Exception {
        serve(rawThenClose(bytes));
        RecordingListener listener = client.ask();
        listener.awaitEnd();
        assertThat(listener.text()).as(what).isEqualTo("x");
    }

    static Stream<Arguments> failures() {
        String one = "data: " + chunk("x") + "\n\n";
        String finish = "data: " + chunk("{}", "stop") + "\n\n";
        String json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
        return Stream.of(
                Arguments.of(
                        ErrorCode.STREAM_BROKEN,
                        "without [DONE]",
                        streamHead() + encoded(one) + "0\r\n\r\n"),
                Arguments.of(
                        ErrorCode.STREAM_BROKEN,
                        "the connection was closed",
                        streamHead() + encoded(one)),
                Arguments.of(
                        ErrorCode.STREAM_BROKEN,
                        "the connection was closed",
                        streamHead() + encoded(one + finish)),
                Arguments.of(ErrorCode.STREAM_BROKEN, "before the runtime answered", ""),
                Arguments.of(
                        ErrorCode.STREAM_BROKEN,
                        "before the runtime answered",
                        "HTTP/1.1 200 OK\r\nContent-"),
                Arguments.of(
                        ErrorCode.STREAM_BROKEN,
                        "not valid JSON",
                        streamHead() + encoded("data: {\"choices\":[{]\n\n")),
                Arguments.of(
                        ErrorCode.STREAM_BROKEN,
                        "not HTTP/1.1",
                        streamHead() + encoded(one) + "zz\r\n"),
                Arguments.of(
                        ErrorCode.STREAM_BROKEN,
                        "the connection was closed",
                        json + "Content-Length: 500\r\n\r\n" + PLAIN),
                Arguments.of(
                        ErrorCode.RUNTIME_ERROR, "is no runtime", "SSH-2.0-OpenSSH_9.2p1\r\n\r\n"),
                Arguments.of(
                        ErrorCode.RUNTIME_ERROR,
                        "out of memory",
                        streamHead()
                                + encoded(
                                        one
                                                + "data: {\"error\":{\"message\":\"out of"
                                                + " memory\"}}\n\n")),
                Arguments.of(
                        ErrorCode.RUNTIME_ERROR,
                        "gone",
                        streamHead() + encoded("event: error\ndata: {\"message\":\"gone\"}\n\n")),
                Arguments.of(
                        ErrorCode.RUNTIME_ERROR,
                        "neither an event stream",
                        head("HTTP/1.1 200 OK", "Content-Type: text/html")
                                + "<html>Control UI</html>"),
                Arguments.of(
                        ErrorCode.RUNTIME_ERROR,
                        "neither an event stream",
                        json + "Content-Length: 2\r\n\r\n{}"),
                Arguments.of(
                        ErrorCode.RUNTIME_ERROR,
                        "overloaded",
                        json + "\r\n{\"error\":\"overloaded\"}"),
                Arguments.of(
                        ErrorCode.EMPTY_RESPONSE,
                        "neither text nor a tool call",
                        streamHead() + encoded(finish + "data: [DONE]\n\n")),
                Arguments.of(
                        ErrorCode.EMPTY_RESPONSE,
                        "neither text nor a tool call",
                        json + "\r\n{\"choices\":[{\"message\":{\"content\":null}}]}"),
                Arguments.of(
                        ErrorCode.RUNTIME_ERROR,
                        "neither an event stream",
                        "HTTP/1.1 204 No Content\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("failures")
    void tellsAFailure(ErrorCode code, String why, String bytes) throws Exception {
        serve(rawThenClose(bytes));
        RecordingListener listener = client.ask();
        RuntimeFailure failure = listener.awaitFailure();
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.message()).contains(why);
        assertThat(listener.told()).filteredOn(line -> !line.startsWith("text")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            value = {
                "401 @ {\"error\":{\"message\":\"wrong key sk-secret\"}} @ 401 Scripted: wrong key"
                        + " *** (it does not accept the key in --runtime-key-file)",
                "403 @ {\"error\":\"no\"} @ 403 Scripted: no (it does not accept",
                "404 @ Cannot POST @ gateway.http.endpoints.chatCompletions.enabled",
                "405 @ {} @ gateway.http.endpoints.chatCompletions.enabled",
                "422 @ {\"detail\":[{\"msg\":\"field required\"}]} @ 422 Scripted: field required",
                "429 @ {} @ try again later",
                "302 @ moved @ follows no redirects",
                "503 @ {\"message\":\"loading\"} @ 503 Scripted: loading (look into the runtime's"
                        + " log)"
            })
    void tellsWhatARefusalSaysAndWhatToDo(int status, String body, String message)
            throws Exception {
        serve(answer(status, "application/json", body));
        RuntimeFailure failure = client.ask().awaitFailure();
        assertThat(failure.code()).isEqualTo(ErrorCode.RUNTIME_ERROR);
        assertThat(failure.message()).contains(message);
    }

    @Test
    void readsNoMoreOfALongRefusalThanItTells() throws Exception {
        serve(connection -> {
            connection.write(
                    "HTTP/1.1 500 Oops\r\nContent-Length: 10000000\r\n\r\n" + "x".repeat(100_000));
            connection.awaitCloseByClient();
        });
        assertThat(client.ask().awaitFailure().message())
                .contains("500 Oops: xxx")
                .hasSizeLessThan(700);
        server.awaitCloseByClient();
    }

    @Test
    void saysThatARefusalWasARefusalEvenWhenItIsCutShort() throws Exception {
        serve(rawThenClose("HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nhalf"));
        assertThat(client.ask().awaitFailure().message()).contains("500 Oops: half");
    }

    @Test
    void tellsTenMegabytesUpToTheBoundAndStopsThere() throws Exception {
        String event = encoded("data: " + chunk("x".repeat(10_000)) + "\n\n");
        serve(connection -> {
            connection.beginStream();
            try {
                for (int i = 0; i < 1000; i++) {
                    connection.write(event);
                }
            } catch (IOException _) {
                // The client has closed the connection; the test reads below why.
            }
            connection.awaitCloseByClient();
        });
        RecordingListener listener = client.ask();
        assertThat(listener.awaitFailure().code()).isEqualTo(ErrorCode.RESPONSE_TOO_LARGE);
        assertThat(listener.text()).hasSizeBetween(8_380_000, 8 << 20);
        server.awaitCloseByClient();
    }

    @Test
    void refusesAPlainAnswerOverTheBound() throws Exception {
        server = new ScriptedRuntime(answer(200, "application/json", PLAIN));
        client =
                RuntimeDriver.of(
                        server.base(), RuntimeTimeouts.DEFAULTS, new RuntimeLimits(50, 1000, 1));
        assertThat(client.ask().awaitFailure().code()).isEqualTo(ErrorCode.RESPONSE_TOO_LARGE);
    }

    @Test
    void refusesAnEventOverTheBound() throws Exception {
        serve(raw(streamHead() + encoded("data: " + "x".repeat(300_000))));
        assertThat(client.ask().awaitFailure().code()).isEqualTo(ErrorCode.RESPONSE_TOO_LARGE);
    }

    @Test
    void tellsThatAStreamWasReset() throws Exception {
        Semaphore read = new Semaphore(0);
        serve(
                ScriptedRuntime.rawThenReset(
                        streamHead()
                                + encoded("data: " + chunk("{\"content\":\"x\"}", "stop") + "\n\n"),
                        read));
        RecordingListener listener = client.ask();
        listener.awaitText();
        read.release();
        assertThat(listener.awaitFailure().code()).isEqualTo(ErrorCode.STREAM_BROKEN);
    }

    @Test
    void tellsThatNothingListens() throws Exception {
        serve(stream(chunk("x")));
        URI nobody;
        try (ServerSocket gone = new ServerSocket(0)) {
            nobody = URI.create("http://localhost:" + gone.getLocalPort());
        }
        try (RuntimeDriver other = RuntimeDriver.of(nobody)) {
            RuntimeFailure failure = other.ask().awaitFailure();
            assertThat(failure.code()).isEqualTo(ErrorCode.RUNTIME_UNREACHABLE);
            assertThat(failure.message()).contains(nobody.toString(), "refused", "--runtime");
        }
    }

    private void serve(Script first, Script... more) throws IOException {
        server = new ScriptedRuntime(first, more);
        client = RuntimeDriver.of(server.base());
    }
}
