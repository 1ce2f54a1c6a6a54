package dev.culvert.guest.runtime;

import static dev.culvert.guest.runtime.ScriptedRuntime.answer;
import static dev.culvert.guest.runtime.ScriptedRuntime.chunk;
import static dev.culvert.guest.runtime.ScriptedRuntime.encoded;
import static dev.culvert.guest.runtime.ScriptedRuntime.hang;
import static dev.culvert.guest.runtime.ScriptedRuntime.head;
import static dev.culvert.guest.runtime.ScriptedRuntime.raw;
import static dev.culvert.guest.runtime.ScriptedRuntime.stream;
import static dev.culvert.guest.runtime.ScriptedRuntime.streamHead;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.config.RuntimeLimits;
import dev.culvert.guest.config.RuntimeTimeouts;
import dev.culvert.guest.runtime.ScriptedRuntime.Connection;
import dev.culvert.guest.runtime.ScriptedRuntime.Script;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How connections to the runtime are reused, lost and closed. */
class RuntimeConnectionTest {

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
    void usesOneConnectionForOneRequestAfterAnother() throws Exception {
        serve(stream(chunk("x")), answer(500, "text/plain", "no"), stream(chunk("y")));
        client.ask().awaitEnd();
        settle();
        client.ask().awaitFailure();
        settle();
        client.ask().awaitEnd();
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void opensAConnectionForEachOfTwoAtOnceAndKeepsAsManyAsItMay() throws Exception {
        Semaphore both = new Semaphore(0);
        Script waiting =
                connection -> {
                    both.acquireUninterruptibly();
                    stream(chunk("x")).answer(connection);
                };
        server = new ScriptedRuntime(waiting);
        client =
                RuntimeDriver.of(
                        server.base(), RuntimeTimeouts.DEFAULTS, new RuntimeLimits(1000, 1000, 1));
        RecordingListener one = client.ask();
        RecordingListener two = client.ask();
        server.request();
        server.request();
        both.release(2);
        one.awaitEnd();
        two.awaitEnd();
        assertThat(server.connections()).isEqualTo(2);
        server.awaitCloseByClient();
    }

    @Test
    void asksOnceMoreWhereNotOneByteWentOutOverAKeptConnection() throws Exception {
        Semaphore reset = new Semaphore(0);
        Semaphore isReset = new Semaphore(0);
        serve(
                connection -> {
                    stream(chunk("x")).answer(connection);
                    reset.acquireUninterruptibly();
                    connection.reset();
                    isReset.release();
                },
                stream(chunk("again")));
        client.ask().awaitEnd();
        settle();
        RecordingListener listener = new RecordingListener();

        // The loop sees the reset only after it has asked.
        client.onLoop(() -> {
            reset.release();
            isReset.acquireUninterruptibly();
            listener.started(client.runtime().start(client.loop(), client.request(), listener));
        });
        listener.awaitEnd();

        assertThat(listener.text()).isEqualTo("again");
        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void neverAsksAgainWhatTheRuntimeMayHaveRead() throws Exception {
        serve(stream(chunk("x")), Connection::close, stream(chunk("again")));
        client.ask().awaitEnd();
        settle();
        server.request();

        RuntimeFailure failure = client.ask().awaitFailure();

        assertThat(failure.code()).isEqualTo(ErrorCode.STREAM_BROKEN);
        assertThat(failure.message()).contains("before the runtime answered", "may have begun");
        server.request();
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void neverAsksAgainWhatTheRuntimeMayHaveReadWhenTheConnectionIsReset() throws Exception {
        serve(stream(chunk("x")), Connection::reset, stream(chunk("again")));
        client.ask().awaitEnd();
        settle();

        assertThat(client.ask().awaitFailure().code()).isEqualTo(ErrorCode.STREAM_BROKEN);
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void doesNotUseAKeptConnectionWhoseTimeIsOverThoughTheLoopCameToCloseItLate() throws Exception {
        serve(
                new RuntimeTimeouts(
                        Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofMillis(50)),
                stream(chunk("x")));
        client.ask().awaitEnd();
        settle();
        RecordingListener listener = new RecordingListener();

        client.onLoop(() -> {
            long until = System.nanoTime() + Duration.ofMillis(60).toNanos();
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            listener.started(client.runtime().start(client.loop(), client.request(), listener));
        });
        listener.awaitEnd();

        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void doesNotAskAgainAfterTheFirstByte() throws Exception {
        serve(
                stream(chunk("x")),
                connection -> {
                    connection.write("H");
                    connection.close();
                });
        client.ask().awaitEnd();
        settle();
        assertThat(client.ask().awaitFailure().code()).isEqualTo(ErrorCode.STREAM_BROKEN);
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void doesNotKeepAConnectionThatTheRuntimeWillClose() throws Exception {
        serve(
                raw(
                        head("HTTP/1.1 200 OK", "Connection: close", "Content-Length: 26")
                                + "{\"choices\":[{\"text\":\"x\"}]}"));
        client.ask().awaitEnd();
        server.awaitCloseByClient();
    }

    @Test
    void doesNotTakeBytesTooManyForTheNextAnswer() throws Exception {
        String plain =
                "HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n{\"choices\":[{\"text\":\"1\"}]}";
        serve(raw(plain + plain.replace('1', '2')), raw(plain.replace('1', '3')));
        client.ask().awaitEnd();
        server.awaitCloseByClient();
        RecordingListener next = client.ask();
        next.awaitEnd();
        assertThat(next.text()).isEqualTo("3");
        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void closesAKeptConnectionAfterItsTime() throws Exception {
        serve(
                new RuntimeTimeouts(
                        Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofMillis(20)),
                stream(chunk("x")));
        client.ask().awaitEnd();
        server.awaitCloseByClient();
    }

    @Test
    void closesKeptConnectionsWhenItIsClosed() throws Exception {
        serve(stream(chunk("x")));
        client.ask().awaitEnd();
        settle();
        client.runtime().close();
        server.awaitCloseByClient();
    }

    @Test
    void givesUpTheConnectionWhoseBodyDoesNotEndAfterDone() throws Exception {
        serve(raw(streamHead() + encoded("data: " + chunk("x") + "\n\ndata: [DONE]\n\n")));
        client.ask().awaitEnd();
        server.awaitCloseByClient();
    }

    @Test
    void closesTheRequestAtOnceWhenItIsAborted() throws Exception {
        serve(connection -> {
            connection.beginStream();
            connection.event(chunk("x"));
            connection.awaitCloseByClient();
        });
        RecordingListener listener = new RecordingListener();
        client.start(listener);
        listener.awaitText();
        client.onLoop(() -> listener.generation().abort());
        server.awaitCloseByClient();
        client.onLoop(() -> listener.generation().resume());
        assertThat(listener.told()).containsExactly("text x");
    }

    @Test
    void sendsNothingWhenItIsAbortedBeforeItBegan() throws Exception {
        serve(stream(chunk("x")));
        RecordingListener aborted = new RecordingListener();
        client.onLoop(
                () -> client.runtime().start(client.loop(), client.request(), aborted).abort());
        client.ask().awaitEnd();
        assertThat(server.connections()).isEqualTo(1);
        assertThat(aborted.told()).isEmpty();
    }

    @Test
    void tellsThatNoByteCameInTime() throws Exception {
        serve(RuntimeDriver.idle(Duration.ofMillis(50)), hang());
        RuntimeFailure failure = client.ask().awaitFailure();
        assertThat(failure.code()).isEqualTo(ErrorCode.RUNTIME_TIMEOUT);
        assertThat(failure.message()).contains("0.05 s");
        server.awaitCloseByClient();
    }

    @Test
    void tellsThatAStreamStoodStill() throws Exception {
        serve(
                RuntimeDriver.idle(Duration.ofMillis(600)),
                connection -> {
                    connection.beginStream();
                    connection.event(chunk("x"));
                    connection.awaitCloseByClient();
                });
        RecordingListener listener = client.ask();
        assertThat(listener.awaitFailure().code()).isEqualTo(ErrorCode.RUNTIME_TIMEOUT);
        assertThat(listener.told()).containsExactly("text x", "failure runtime_timeout");
    }

    @Test
    void stopsReadingWhilePausedAndRunsIntoNoTimeOutMeanwhile() throws Exception {
        String event = encoded("data: " + chunk("x".repeat(1000)) + "\n\n");
        int events = 7_000;
        AtomicInteger written = new AtomicInteger();
        serve(
                RuntimeDriver.idle(Duration.ofMillis(600)),
                connection -> {
                    connection.beginStream();
                    for (int i = 0; i < events; i++) {
                        connection.write(event);
                        written.incrementAndGet();
                    }
                    connection.event("[DONE]");
                    connection.endChunks();
                });

        RecordingListener listener =
                new RecordingListener() {
                    private boolean first = true;

                    @Override
                    public void onText(String delta) {
                        super.onText(delta);
                        if (first) {
                            first = false;
                            generation().pause();
                        }
                    }
                };
        client.start(listener);
        listener.awaitText();

        client.pass(Duration.ofMillis(1200));
        int toldWhilePaused = listener.text().length();
        assertThat(toldWhilePaused).isLessThanOrEqualTo(16 << 10);
        assertThat(written.get()).as("the runtime is held back").isLessThan(events);
        client.onLoop(() -> listener.generation().resume());
        listener.awaitEnd();
        assertThat(listener.text()).hasSize(events * 1000);
    }

    @Test
    void triesTheOtherLoopbackOfLocalhost() throws Exception {
        serve(stream(chunk("unused")));
        try (ServerSocket six = new ServerSocket(0, 1, NetUtil.LOCALHOST6);
                RuntimeDriver other =
                        RuntimeDriver.of(URI.create("http://localhost:" + six.getLocalPort()))) {
            RecordingListener listener = other.ask();
            try (Socket accepted = six.accept()) {
                accepted.getOutputStream()
                        .write(
                                "HTTP/1.1 200 OK\r\n\r\n{\"choices\":[{\"text\":\"six\"}]}"
                                        .getBytes(US_ASCII));
                accepted.shutdownOutput();
                listener.awaitEnd();
            }
            assertThat(listener.text()).isEqualTo("six");
        }
    }

    @Test
    void refusesToStartOffItsLoop() throws Exception {
        serve(stream(chunk("x")));
        GenerationRequest request = client.request();
        assertThatThrownBy(() ->
                        client.runtime().start(client.loop(), request, new RecordingListener()))
                .isInstanceOf(IllegalStateException.class);
        request.body().release();
    }

    /** Waits until the loop has finished the read that brought the last answer. */
    private void settle() throws Exception {
        client.onLoop(() -> {});
    }

    private void serve(Script first, Script... more) throws IOException {
        serve(RuntimeTimeouts.DEFAULTS, first, more);
    }

    private void serve(RuntimeTimeouts timeouts, Script first, Script... more) throws IOException {
        server = new ScriptedRuntime(first, more);
        client = RuntimeDriver.of(server.base(), timeouts, RuntimeLimits.DEFAULTS);
    }
}
