package dev.culvert.daemon.http.h2;

import static dev.culvert.daemon.http.h2.FrameClient.DATA;
import static dev.culvert.daemon.http.h2.FrameClient.GOAWAY;
import static dev.culvert.daemon.http.h2.FrameClient.HEADERS;
import static dev.culvert.daemon.http.h2.FrameClient.PREFACE;
import static dev.culvert.daemon.http.h2.FrameClient.RST_STREAM;
import static dev.culvert.daemon.http.h2.FrameClient.SETTINGS;
import static dev.culvert.daemon.http.h2.FrameClient.WINDOW_UPDATE;
import static dev.culvert.daemon.http.h2.FrameClient.request;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.BodyStream;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.TestRoute;
import dev.culvert.daemon.http.h2.FrameClient.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Http2PipelineTest {
    private static final AsciiString TEXT = AsciiString.cached("text/plain");

    // RFC 9113, 7
    private static final int NO_ERROR = 0;
    private static final int PROTOCOL_ERROR = 1;
    private static final int INTERNAL_ERROR = 2;
    private static final int STREAM_CLOSED = 5;
    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;

    private final List<Answer> waiting = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final List<BodyStream> streams = new ArrayList<>();
    private final FrameClient client = new FrameClient(HttpSettings.DEFAULTS, routes());

    private Route[] routes() {
        Route echo =
                new TestRoute(
                        Set.of(HttpMethod.GET, HttpMethod.POST),
                        List.of("/echo"),
                        true,
                        (request, answer) -> answer.whole(OK, TEXT, request.body().retain()));
        Route later =
                new TestRoute(
                        HttpMethod.GET,
                        "/later",
                        (_, answer) -> {
                            answer.onGone(() -> told.add("gone"));
                            waiting.add(answer);
                        });
        Route stream =
                new TestRoute(
                        HttpMethod.GET,
                        "/stream",
                        (_, answer) -> {
                            answer.onGone(() -> told.add("gone"));
                            streams.add(answer.stream(TEXT));
                        });
        return new Route[] {echo, later, stream};
    }

    @AfterEach
    void stop() {
        client.close();
    }

    private static void write(BodyStream stream, String text) {
        ByteBuf bytes = Unpooled.copiedBuffer(text, UTF_8);
        stream.begin(0, text.length());
        stream.add(bytes);
        stream.finish(AsciiString.EMPTY_STRING);
        bytes.release();
    }

    @Test
    void knowsThePrefaceByteByByteAndAnswersWithSettingsFirst() {
        ByteBuf preface = Unpooled.copiedBuffer(PREFACE, UTF_8);
        while (preface.isReadable()) {
            client.bytes(preface.readBytes(1));
        }
        preface.release();
        ByteBuf first = client.channel.readOutbound();
        assertThat(first.getByte(3)).isEqualTo((byte) SETTINGS);
        first.release();
        client.send(SETTINGS, 0, 0, Unpooled.EMPTY_BUFFER);
        client.get(1, "/echo");
        assertThat(client.frames().getLast().text()).contains(":status: 200");
    }

    @Test
    void whatOnlyBeginsAsThePrefaceIsHttp1() {
        client.bytes(Unpooled.copiedBuffer("PR", UTF_8));
        client.bytes(Unpooled.copiedBuffer("OPFIND / HTTP/1.1\r\nhost: localhost\r\n\r\n", UTF_8));
        ByteBuf answer = client.channel.readOutbound();
        assertThat(answer.toString(UTF_8)).startsWith("HTTP/1.1 501 ");
        answer.release();
    }

    @Test
    void answersRequestsOfOneConnectionAtOnceAndInAnyOrder() {
        client.greet();
        client.headers(1, request("POST", "/echo"), false);
        client.headers(3, request("POST", "/echo").set("content-length", "5"), false);
        client.data(1, "one, ", false);
        client.data(3, "three", true);
        List<Frame> first = client.frames();
        assertThat(first).extracting(Frame::stream).containsOnly(3);
        assertThat(first.getFirst().text())
                .contains(":status: 200", "content-type: text/plain", "content-length: 5")
                .contains("x-request-id: ", "x-content-type-options: nosniff", "date: ")
                .doesNotContain("strict-transport-security");
        assertThat(first.getLast().text()).isEqualTo("three");
        assertThat(first.getLast().ends()).isTrue();

        client.data(1, "and two", true);
        assertThat(client.frames().getLast().text()).isEqualTo("one, and two");
        assertThat(client.observer.events())
                .containsSubsequence(
                        "opened",
                        "stream opened",
                        "started /echo",
                        "ended /echo POST 200",
                        "stream closed");
    }

    @Test
    void aHeadRequestAndAnEmptyBodyAreHeadersAlone() {
        client.greet();
        client.headers(1, request("HEAD", "/echo"), true);
        client.get(3, "/echo");
        assertThat(client.frames()).allMatch(it -> it.type() == HEADERS && it.ends()).hasSize(2);
    }

    @Test
    void refusesWhatIsRefusedInHttp1WithTheSameProblem() {
        client.greet();
        client.get(1, "/nowhere");
        client.get(3, "/echo#part");
        client.headers(5, request("GET", "/echo").set("origin", "https://evil.example"), true);
        client.headers(7, request("GET", "/echo").set("host", "elsewhere"), true);
        client.headers(9, request("GET", "/echo").path("echo"), true);
        assertThat(client.frames().stream().filter(it -> it.type() == HEADERS))
                .extracting(it -> it.text().replaceAll(".*:status: (\\d+).*", "$1"))
                .containsExactly("404", "400", "403", "400", "400");
        client.get(11, "/echo");
        assertThat(client.frames().getFirst().text()).contains(":status: 200");
    }

    @Test
    void aMalformedHeadEndsItsStreamAlone() {
        client.greet();
        Http2Headers bad = request("GET", "/echo").set("connection", "close");
        client.headers(1, bad, true);
        assertThat(client.frames())
                .singleElement()
                .matches(it -> it.type() == RST_STREAM && it.first() == PROTOCOL_ERROR);
        client.get(3, "/echo");
        assertThat(client.frames().getFirst().text()).contains(":status: 200");
    }

    @Test
    void dataAfterTheEndOfARequestEndsItsStreamAlone() {
        client.greet();
        client.get(1, "/later");
        client.data(1, "more", true);
        assertThat(client.frames())
                .singleElement()
                .matches(it -> it.type() == RST_STREAM && it.first() == STREAM_CLOSED);
        assertThat(told).containsExactly("gone");
        assertThat(client.observer.events()).contains("flood PROTOCOL");
        client.get(3, "/echo");
        assertThat(client.frames().getFirst().text()).contains(":status: 200");
    }

    @Test
    void aBodyThatIsTooLargeIsAnsweredAndNotReadToItsEnd() {
        client.greet();
        client.headers(1, request("POST", "/echo").set("content-length", "2000000"), false);
        List<Frame> frames = client.frames();
        assertThat(frames.getFirst().text()).contains(":status: 413", "problem+json");
        assertThat(frames.getLast())
                .matches(it -> it.type() == RST_STREAM && it.first() == NO_ERROR);
    }

    @Test
    void aFrontTakesALargerBody() {
        client.greet();
        client.headers(1, request("POST", "/v1/messages").set("content-length", "2000000"), false);
        assertThat(client.frames().getFirst().text()).contains(":status: 404");

        client.headers(3, request("POST", "/v1/messages").set("content-length", "33554433"), false);

        assertThat(client.frames().getFirst().text()).contains(":status: 413");
    }

    @Test
    void aBodyThatComesTooSlowlyIsRefused() {
        client.greet();
        client.headers(1, request("POST", "/echo"), false);
        client.data(1, "x", false);
        client.pass(HttpSettings.DEFAULTS.headTimeout().plusSeconds(1));
        assertThat(client.frames().getFirst().text()).contains(":status: 408");
        assertThat(client.channel.isOpen()).isTrue();
    }

    @Test
    void aClientThatResetsAStreamIsGoneAndOthersAreNot() {
        client.greet();
        client.get(1, "/later");
        client.get(3, "/later");
        client.number(RST_STREAM, 1, CANCEL);
        assertThat(told).containsExactly("gone");
        client.later(() -> waiting.getFirst().noContent());
        client.later(() -> waiting.getLast().noContent());
        assertThat(client.frames()).extracting(Frame::stream).containsExactly(3);
        assertThat(client.observer.events())
                .contains("stream reset", "ended /later GET 499", "ended /later GET 204");
    }

    @Test
    void allStreamsAreGoneWithTheirConnection() {
        client.greet();
        client.get(1, "/later");
        client.get(3, "/stream");
        client.channel.close();
        assertThat(told).containsExactly("gone", "gone");
        assertThat(client.observer.events()).contains("closed");
        assertThat(streams.getFirst().isOpen()).isFalse();
    }

    @Test
    void aStreamSendsEachPieceAndItsEnd() {
        client.greet();
        client.get(1, "/stream");
        assertThat(client.frames())
                .singleElement()
                .matches(it -> it.type() == HEADERS && !it.ends());
        client.later(() -> write(streams.getFirst(), "one"));
        assertThat(client.frames())
                .singleElement()
                .matches(it -> it.type() == DATA && it.text().equals("one") && !it.ends());
        client.later(() -> {
            write(streams.getFirst(), "two");
            streams.getFirst().end();
        });
        List<Frame> last = client.frames();
        assertThat(last.getFirst().text()).isEqualTo("two");
        assertThat(last.getLast().ends()).isTrue();
        assertThat(told).isEmpty();
    }

    @Test
    void aStreamThatBreaksOffIsResetAfterWhatItWrote() {
        client.greet();
        client.get(1, "/stream");
        client.frames();
        client.later(() -> {
            write(streams.getFirst(), "half");
            streams.getFirst().abort();
        });
        List<Frame> frames = client.frames();
        assertThat(frames.getFirst().text()).isEqualTo("half");
        assertThat(frames.getLast())
                .matches(it -> it.type() == RST_STREAM && it.first() == INTERNAL_ERROR);
    }

    @Test
    void whatTheClientsWindowHoldsBackIsUnsentAndCharged() {
        client.greet();
        client.get(1, "/stream");
        client.frames();
        BodyStream stream = streams.getFirst();
        int window = 65_535;
        int more = 10_000;
        client.later(() -> {
            write(stream, "x".repeat(window + more));
            stream.whenSent(() -> told.add("sent"));
        });
        assertThat(stream.unsentBytes()).isEqualTo(window + more);
        assertThat(told).isEmpty();
        assertThat(client.account.whole().heldBytes()).isGreaterThanOrEqualTo(more);
        client.frames();

        client.number(WINDOW_UPDATE, 0, more);
        client.number(WINDOW_UPDATE, 1, more);
        assertThat(stream.unsentBytes()).isZero();
        assertThat(told).containsExactly("sent");
    }

    @Test
    void anAnswerThatIsNotReadIsResetAfterTheIdleTime() {
        client.greet();
        client.get(1, "/later");
        String large = "x".repeat(100_000);
        client.later(() -> waiting.getFirst().whole(OK, TEXT, Unpooled.copiedBuffer(large, UTF_8)));
        client.frames();
        client.pass(HttpSettings.DEFAULTS.idleTimeout().plusMillis(1));
        client.pass(HttpSettings.DEFAULTS.idleTimeout().plusMillis(1));
        assertThat(client.frames().getFirst())
                .matches(it -> it.type() == RST_STREAM && it.first() == CANCEL);
        assertThat(client.account.whole().heldBytes()).isZero();
    }

    @Test
    void aDrainTakesNoNewStreamAndClosesAfterTheLastOne() {
        client.greet();
        client.get(1, "/later");
        client.drain();
        assertThat(client.frames()).singleElement().matches(it -> it.type() == GOAWAY);
        client.get(3, "/echo");
        assertThat(client.frames())
                .singleElement()
                .matches(it -> it.type() == RST_STREAM && it.first() == REFUSED_STREAM);
        client.later(() -> waiting.getFirst().noContent());
        assertThat(client.frames()).extracting(Frame::stream).containsExactly(1);
        assertThat(client.channel.isOpen()).isFalse();
        assertThat(client.pipeline.drain()).isCompleted();
    }

    @Test
    void aConnectionWithoutAStreamClosesAfterTheIdleTime() {
        client.greet();
        client.pass(HttpSettings.DEFAULTS.idleTimeout().plusMillis(1));
        assertThat(client.frames()).singleElement().matches(it -> it.type() == GOAWAY);
        assertThat(client.channel.isOpen()).isFalse();
    }
}
