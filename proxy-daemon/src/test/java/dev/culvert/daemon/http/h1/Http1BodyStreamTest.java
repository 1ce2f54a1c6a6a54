package dev.culvert.daemon.http.h1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.BodyStream;
import dev.culvert.daemon.http.TestRoute;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.net.SocketException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Http1BodyStreamTest {
    private static final String GET = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private record Opened(Answer responder, BodyStream stream) {
        void run(Runnable action) {
            responder.eventLoop().execute(action);
        }
    }

    private final BlockingQueue<Opened> opened = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final TestServer server =
            new TestServer(
                    TestServer.settings(),
                    new TestRoute(
                            HttpMethod.GET,
                            "/stream",
                            (_, responder) -> {
                                responder.onGone(() -> told.add("gone"));
                                opened.add(
                                        new Opened(responder, responder.stream(TestServer.TEXT)));
                            }));

    @AfterEach
    void stop() {
        server.close();
    }

    private Opened next() throws InterruptedException {
        Opened next = opened.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("a stream that was opened").isNotNull();
        return next;
    }

    private static ByteBuf text(String text) {
        return TestServer.text(text);
    }

    private static void write(BodyStream stream, String text) {
        stream.begin(text.length());
        stream.add(text(text));
        stream.finish(AsciiString.EMPTY_STRING);
    }

    @Test
    void sendsItsHeadAtOnceAndEachWriteAsOneChunk() throws Exception {
        try (RawClient client = server.connect()) {
            client.send(GET);
            Opened it = next();
            assertThat(client.readUntil("\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 OK")
                    .contains("transfer-encoding: chunked\r\n")
                    .doesNotContain("content-length");
            it.run(() -> {
                ByteBufUtil.writeAscii(it.stream().begin(9), "one ");
                it.stream().add(Unpooled.EMPTY_BUFFER);
                it.stream().add(text("chu"));
                it.stream().finish(new AsciiString("nk"));
            });
            assertThat(client.readUntil("chunk\r\n")).isEqualTo("9\r\none chunk\r\n");
            it.run(() -> it.stream().end());
            assertThat(client.readUntil("0\r\n\r\n")).isEqualTo("0\r\n\r\n");
            client.send("GET /agents/next HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.readAnswer()).endsWith("next|null");
        }
        server.observer.await("ended /stream GET 200");
        server.observer.await("closed");
        assertThat(told).isEmpty();
    }

    @Test
    void breaksOffWithoutTheLastChunk() throws Exception {
        try (RawClient client = server.connect()) {
            client.send(GET);
            Opened it = next();
            it.run(() -> {
                write(it.stream(), "half");
                it.stream().abort();
                assertThat(it.stream().isOpen()).isFalse();
                it.stream().end();
            });
            assertThat(client.readToEnd()).endsWith("\r\n\r\n4\r\nhalf\r\n");
        }
        server.observer.await("closed");
        assertThat(told).isEmpty();
    }

    @Test
    void streamsToHttp10UntilItCloses() throws Exception {
        try (RawClient client = server.connect()) {
            client.send("GET /stream HTTP/1.0\r\n\r\n");
            Opened it = next();
            it.run(() -> {
                write(it.stream(), "all ");
                write(it.stream(), "of it");
                it.stream().end();
            });
            assertThat(client.readToEnd())
                    .contains("connection: close\r\n")
                    .doesNotContain("transfer-encoding")
                    .endsWith("\r\n\r\nall of it");
        }
    }

    @Test
    void breaksOffForHttp10WithAReset() throws Exception {
        try (RawClient client = server.connect()) {
            client.send("GET /stream HTTP/1.0\r\n\r\n");
            Opened it = next();
            client.readUntil("\r\n\r\n");
            it.run(() -> it.stream().abort());
            assertThatExceptionOfType(SocketException.class).isThrownBy(client::readToEnd);
        }
    }

    @Test
    void aHeadRequestGetsTheHeadOnlyAndAClosedStream() throws Exception {
        try (RawClient client = server.connect()) {
            client.send("HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.readUntil("\r\n\r\n")).contains("transfer-encoding: chunked\r\n");
            Opened it = next();
            assertThat(it.stream().isOpen()).isFalse();
            it.run(() -> it.stream().end());
            client.send("GET /agents/next HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK").endsWith("next|null");
        }
    }

    @Test
    void tellsOnceThatTheClientLeftAndIsClosed() throws Exception {
        Opened it;
        try (RawClient client = server.connect()) {
            client.send(GET);
            it = next();
            client.readUntil("\r\n\r\n");
        }
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("gone");
        server.observer.await("ended /stream GET 200");
        server.observer.await("closed");
        it.run(() -> {
            assertThat(it.stream().isOpen()).isFalse();
            it.stream().abort();
            it.responder().onGone(() -> told.add("at once"));
        });
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("at once");
        assertThat(told).isEmpty();
    }

    @Test
    void aClientThatEndsItsSideIsGone() throws Exception {
        try (RawClient client = server.connect()) {
            client.send(GET);
            next();
            client.socket().shutdownOutput();
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("gone");
            assertThat(client.readToEnd()).doesNotContain("0\r\n\r\n");
        }
    }

    @Test
    void aWriterThatWaitsForWhatItSentNeverHoldsMore() throws Exception {
        int piece = 10_000;
        long total = 3000L * piece;
        try (RawClient client = server.connect()) {
            client.send(GET);
            Opened it = next();
            AtomicLong written = new AtomicLong();
            AtomicLong most = new AtomicLong();
            Runnable[] write = new Runnable[1];
            write[0] =
                    () -> {
                        if (written.addAndGet(piece) > total) {
                            it.stream().end();
                            return;
                        }
                        write(it.stream(), "x".repeat(piece));
                        most.accumulateAndGet(it.stream().unsentBytes(), Math::max);
                        it.stream().whenSent(write[0]);
                    };
            it.run(write[0]);
            client.readUntil("\r\n\r\n");
            String body = client.readUntil("\r\n0\r\n\r\n");

            assertThat(body.chars().filter(c -> c == 'x').count()).isEqualTo(total);
            assertThat(most.get()).isBetween(1L, piece + 1_000L);
        }
    }

    @Test
    void whatWaitsForAClientThatIsGoneIsNeverSaidToBeSent() throws Exception {
        AtomicBoolean said = new AtomicBoolean();
        Opened it;
        try (RawClient client = server.connect()) {
            client.send(GET);
            it = next();
            client.readUntil("\r\n\r\n");
        }
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("gone");
        it.run(() -> it.stream().whenSent(() -> said.set(true)));
        it.responder().eventLoop().submit(() -> {}).sync();

        assertThat(said).isFalse();
    }
}
