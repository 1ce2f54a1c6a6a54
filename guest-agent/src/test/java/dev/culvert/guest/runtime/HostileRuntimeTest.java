package dev.culvert.guest.runtime;

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
import dev.culvert.guest.runtime.ScriptedRuntime.Script;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A runtime that never ends, sends endless nothing, or answers what nobody asked. */
class HostileRuntimeTest {
    /** Longer than a test waits for anything. */
    private static final Duration LONG = Duration.ofSeconds(60);

    @SuppressWarnings("NullAway.Init") // set by serve, with which every test begins
    private ScriptedRuntime server;

    @SuppressWarnings("NullAway.Init") // likewise
    private RuntimeDriver client;

    @AfterEach
    void closeBoth() throws Exception {
        client.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "half a senten"})
    void aRefusalWhoseTextNeverEndsIsToldAtOnce(String text) throws Exception {
        serve(LONG, raw("HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(text)));

        RuntimeFailure failure = client.ask().awaitFailure();

        assertThat(failure.code()).isEqualTo(ErrorCode.RUNTIME_ERROR);
        assertThat(failure.status()).isEqualTo(500);
        assertThat(failure.message()).contains("500 Oops" + (text.isEmpty() ? "" : ": " + text));
        server.awaitCloseByClient();
    }

    @Test
    void aRefusalWhoseTextTricklesIsToldAtOnce() throws Exception {
        serve(LONG, untilTheClientCloses("HTTP/1.1 503 No\r\n\r\n", "x"));

        assertThat(client.ask().awaitFailure().status()).isEqualTo(503);
    }

    @Test
    void endlessInterimResponsesAreAnErrorOfTheRuntime() throws Exception {
        serve(LONG, untilTheClientCloses("", "HTTP/1.1 100 Continue\r\n\r\n"));

        RuntimeFailure failure = client.ask().awaitFailure();

        assertThat(failure.code()).isEqualTo(ErrorCode.RUNTIME_ERROR);
        assertThat(failure.message()).contains("1xx");
    }

    @ParameterizedTest
    @ValueSource(strings = {": still here\n\n", "\n", "data:\n\n", "id: 7\n", "retry: 5\n\n"})
    void anEndlessStreamOfNothingIsAnErrorOfTheRuntime(String nothing) throws Exception {
        serve(LONG, untilTheClientCloses(streamHead(), encoded(nothing.repeat(1000))));

        RuntimeFailure failure = client.ask().awaitFailure();

        assertThat(failure.code()).isEqualTo(ErrorCode.RUNTIME_ERROR);
        assertThat(failure.message()).contains("without an event of the answer");
    }

    static Stream<Arguments> signsOfLife() {
        return Stream.of(
                Arguments.of("an interim response", "", "HTTP/1.1 102 Processing\r\n\r\n"),
                Arguments.of("a comment", streamHead(), encoded(": thinking\n\n")),
                Arguments.of("an event without choices", streamHead(), encoded("data: {}\n\n")),
                Arguments.of(
                        "a piece of an endless event",
                        streamHead() + encoded("data: "),
                        "1\r\nx\r\n"),
                Arguments.of("a piece of an endless head", "HTTP/1.1 200 OK\r\nX: ", "y"),
                Arguments.of("a blank", "HTTP/1.1 200 OK\r\n\r\n", " "));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("signsOfLife")
    void whatIsNoPartOfAnAnswerKeepsNoTurnAlive(String what, String first, String again)
            throws Exception {
        serve(
                Duration.ofMillis(400),
                connection -> {
                    connection.write(first);
                    for (int i = 0; i < 100; i++) {
                        connection.write(again);
                        connection.pause(Duration.ofMillis(100));
                    }
                });

        assertThat(client.ask().awaitFailure().code())
                .as(what)
                .isEqualTo(ErrorCode.RUNTIME_TIMEOUT);
    }

    @Test
    void reasoningKeepsATurnAlive() throws Exception {
        String thought = "data: " + chunk("{\"reasoning_content\":\"hm\"}", null) + "\n\n";
        serve(
                Duration.ofMillis(400),
                connection -> {
                    connection.beginStream();
                    for (int i = 0; i < 8; i++) {
                        connection.write(encoded(thought));
                        connection.pause(Duration.ofMillis(100));
                    }
                    connection.event(chunk("so"));
                    connection.event("[DONE]");
                });
        RecordingListener listener = client.ask();

        listener.awaitEnd();

        assertThat(listener.text()).isEqualTo("so");
        assertThat(listener.told()).filteredOn("reasoning hm"::equals).hasSize(8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            value = {
                "200 @ Content-Encoding: gzip",
                "200 @ Content-Encoding: br",
                "200 @ Transfer-Encoding: gzip, chunked",
                "500 @ Content-Encoding: gzip"
            })
    void anAnswerThatIsCompressedIsSaidToBeSo(int status, String header) throws Exception {
        serve(
                LONG,
                rawThenClose(
                        "HTTP/1.1 "
                                + status
                                + " Scripted\r\nContent-Type: text/event-stream\r\n"
                                + header
                                + "\r\n\r\n\037\213\010"));

        RuntimeFailure failure = client.ask().awaitFailure();

        assertThat(failure.code()).isEqualTo(ErrorCode.RUNTIME_ERROR);
        assertThat(failure.message())
                .contains(header.replaceAll(".*: |, chunked", ""), "compress")
                .doesNotContain("\037");
        assertThat(failure.status()).isEqualTo(status == 200 ? 0 : status);
        assertThat(server.request().headers()).containsEntry("accept-encoding", "identity");
    }

    @Test
    void anAnswerThatSaysThatItIsNotCompressedIsRead() throws Exception {
        serve(
                LONG,
                rawThenClose(
                        head("HTTP/1.1 200 OK", "Content-Encoding: identity")
                                + "{\"choices\":[{\"text\":\"x\"}]}"));
        RecordingListener listener = client.ask();

        listener.awaitEnd();

        assertThat(listener.text()).isEqualTo("x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '`',
            value = {
                "{\"choices\":7} @ 'choices' must be an array",
                "{\"choices\":{}} @ 'choices' must be an array",
                "{\"choices\":[7]} @ a choice must be an object",
                "{\"choices\":[{\"delta\":7}]} @ 'delta' must be an object",
                "{\"choices\":[{\"message\":[]}]} @ 'message' must be an object",
                "{\"choices\":[{\"delta\":{\"content\":7}}]} @ 'content' must be a string",
                "{\"choices\":[{\"delta\":{\"content\":true}}]} @ 'content' must be a string",
                "{\"choices\":[{\"delta\":{\"tool_calls\":{}}}]} @ 'tool_calls' must be an array",
                "{\"choices\":[{\"delta\":{\"tool_calls\":[7]}}]} @ a tool call must be an object",
                "{\"choices\":[{\"delta\":{\"tool_calls\":[null]}}]} @ a tool call must be an"
                        + " object",
                "{\"choices\":[{\"delta\":{\"function_call\":7}}]} @ 'function_call' must be an"
                        + " object",
                "{\"choices\":[{\"finish_reason\":7}]} @ 'finish_reason' must be a string",
                "7 @ it must be an object"
            })
    void whatHasTheWrongShapeIsAnErrorOfTheRuntime(String event, String why) throws Exception {
        serve(LONG, stream(chunk("x"), event, chunk("{}", "stop")));
        RecordingListener listener = client.ask();

        RuntimeFailure failure = listener.awaitFailure();

        assertThat(failure.code()).isEqualTo(ErrorCode.RUNTIME_ERROR);
        assertThat(failure.message()).contains(why);
        assertThat(listener.text()).isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"\\ud800\":1,\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}}]}",
                "{\"choices\":[],\"usage\":{\"\\udc00\":1}}",
                "{\"choices\":[],\"usage\":{\"LONG\":1}}"
            })
    void whatWouldMakeTheHostCloseTheLinkOfAllTurnsEndsOnlyThisOne(String event) throws Exception {
        String harmful = event.replace("LONG", "\u20ac".repeat(20_000));
        serve(LONG, stream(chunk("x"), harmful, chunk("{}", "stop")));

        assertThat(client.ask().awaitFailure().code()).isEqualTo(ErrorCode.STREAM_BROKEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"choices\":null}",
                "{\"choices\":[]}",
                "{\"choices\":[{\"delta\":null}]}",
                "{\"choices\":[{\"delta\":{\"content\":null,\"tool_calls\":null,\"function_call\":null}}]}",
                "{\"choices\":[{\"finish_reason\":null}]}",
                "{\"choices\":[{\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":[{}]}]}}]}"
            })
    void whatIsNullOrOfAnotherKindIsPassedOver(String event) throws Exception {
        serve(LONG, stream(chunk("x"), event, chunk("{}", "stop")));
        RecordingListener listener = client.ask();

        listener.awaitEnd();

        assertThat(listener.text()).isEqualTo("x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            value = {
                "429 @ Retry-After: 7 @ 7",
                "503 @ Retry-After: 0 @ 0",
                "429 @ retry-after-ms: 1500 @ 2",
                "429 @ Retry-After: 99999999999 @ 86400",
                "429 @ Retry-After: soon @ 0",
                "429 @ Retry-After: -3 @ 0",
                "429 @ X: y @ 0"
            })
    void aRefusalBringsTheTimeToWait(int status, String header, int seconds) throws Exception {
        serve(
                LONG,
                raw("HTTP/1.1 " + status + " No\r\nContent-Length: 0\r\n" + header + "\r\n\r\n"));

        RuntimeFailure failure = client.ask().awaitFailure();

        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure.retryAfterSeconds()).isEqualTo(seconds);
    }

    @Test
    void aTimeToWaitMayBeADate() throws Exception {
        ZonedDateTime inAMinute = ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(60);
        serve(
                LONG,
                raw(
                        "HTTP/1.1 429 No\r\nContent-Length: 0\r\nRetry-After: "
                                + DateTimeFormatter.RFC_1123_DATE_TIME.format(inAMinute)
                                + "\r\n\r\n"));

        assertThat(client.ask().awaitFailure().retryAfterSeconds()).isBetween(40, 60);
    }

    private static String chunked(String text) {
        return text.isEmpty() ? "" : encoded(text);
    }

    /** Writes as fast as the client reads. */
    private static Script untilTheClientCloses(String first, String again) {
        return connection -> {
            connection.write(first);
            String many = again.repeat(Math.max(1, 4096 / again.length()));
            while (true) {
                connection.write(many);
            }
        };
    }

    private void serve(Duration idle, Script script) throws IOException {
        server = new ScriptedRuntime(script);
        client = RuntimeDriver.of(server.base(), RuntimeDriver.idle(idle), RuntimeLimits.DEFAULTS);
    }
}
