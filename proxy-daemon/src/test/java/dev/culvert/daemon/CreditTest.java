package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** A client that reads slowly, and an agent that heeds credit. */
@Timeout(60)
@LoopCounts
class CreditTest {
    private static final Pattern BYTES = Pattern.compile("\"bytes\":([0-9]+)");
    private static final Pattern FIRST = Pattern.compile("\"credit\":([0-9]+)");
    private static final int CREDIT = 64 * 1024;
    private static final String CONTENT = "x".repeat(8_000);
    private static final String PAYLOAD = "{\"content\":\"" + CONTENT + "\",\"done\":false}";

    /** What two kernels hold of a connection whose reader has small buffers, and then some. */
    private static final int KERNEL_BYTES = 8 * 1024 * 1024;

    /** Ends a body in chunked encoding. */
    private static final String LAST_CHUNK = "\r\n0\r\n\r\n";

    @Parameter int eventLoops;

    private TestDaemon daemon(ScriptedGuest... guests) throws Exception {
        return daemon("", guests);
    }

    private TestDaemon daemon(String settings, ScriptedGuest... guests) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guests);
    }

    /** Sends chunks while there is credit, as an agent must. */
    private static final class Sender {
        private final Semaphore credit = new Semaphore(0);
        private final Request message;
        private int frames;
        private long seq;

        Sender(ScriptedGuest guest, Request message) {
            this.message = message;
            Matcher first = FIRST.matcher(message.json());
            assertThat(first.find()).isTrue();
            assertThat(first.group(1)).isEqualTo(String.valueOf(CREDIT));
            credit.release(CREDIT);
            guest.on("credit", this::grant);
        }

        private synchronized void grant(Request frame) {
            Matcher bytes = BYTES.matcher(frame.payload());
            assertThat(bytes.find()).isTrue();
            credit.release(Integer.parseInt(bytes.group(1)));
            frames++;
        }

        synchronized int frames() {
            return frames;
        }

        long chunks() {
            return seq;
        }

        /** Sends a chunk if there is credit for it now. */
        boolean send() throws IOException {
            if (!credit.tryAcquire(PAYLOAD.length())) {
                return false;
            }
            message.numbered(++seq, "chunk", PAYLOAD);
            return true;
        }

        /** Sends a chunk, for which credit must come. */
        void sendSoon() throws IOException, InterruptedException {
            assertThat(credit.tryAcquire(PAYLOAD.length(), 10, TimeUnit.SECONDS)).isTrue();
            credit.release(PAYLOAD.length());
            assertThat(send()).isTrue();
        }
    }

    private static Socket ask(TestDaemon daemon) throws IOException {
        Socket client = daemon.connect();
        client.setReceiveBufferSize(16 * 1024);
        client.getOutputStream()
                .write(
                        "POST /agents/a/stream HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}"
                                .getBytes(UTF_8));
        return client;
    }

    @Test
    void anAgentWaitsForAClientThatDoesNotReadAndLosesNothing() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("credit", "cancel", "resume");
                TestDaemon daemon = daemon(guest);
                Socket client = ask(daemon)) {
            Sender sender = new Sender(guest, guest.take());
            while (sender.send() || daemon.metric("culvert_streams_behind") == 0) {
                assertThat(sender.chunks() * PAYLOAD.length()).isLessThan(KERNEL_BYTES);
            }
            long chunks = sender.chunks();

            assertThat(daemon.metric("culvert_held_bytes{kind=\"unsent\"}"))
                    .as("what waits is what the agent had credit for, with its events' lines")
                    .isLessThanOrEqualTo(2 * CREDIT);
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8))) {
                long read = readChunks(lines, chunks);
                for (int i = 0; i < 100; i++) {
                    sender.sendSoon();
                    read += readChunks(lines, 1);
                }
                assertThat(read).isEqualTo(chunks + 100);
            }
            assertThat((long) sender.frames())
                    .as("one frame for half the credit, and not for each chunk")
                    .isLessThanOrEqualTo((chunks + 100) * PAYLOAD.length() / (CREDIT / 2));
            assertThat(guest.seen("cancel")).isEmpty();
        }
    }

    private static int readChunks(BufferedReader lines, long count) throws IOException {
        int read = 0;
        while (read < count) {
            String line = lines.readLine();
            assertThat(line).isNotNull();
            if (line.startsWith("data: ")) {
                assertThat(line).isEqualTo("data: " + PAYLOAD);
                read++;
            }
        }
        return read;
    }

    @Test
    void aClientThatTakesNothingForTooLongIsCutAndItsTurnStopped() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("credit", "cancel", "resume");
                TestDaemon daemon = daemon("\"turns\": {\"stall_timeout\": \"300ms\"},", guest);
                Socket client = ask(daemon)) {
            Sender sender = new Sender(guest, guest.take());
            while (guest.seen("cancel").isEmpty()) {
                sender.send();
            }

            assertThat(guest.take().type()).isEqualTo("cancel");
            daemon.awaitMetric("culvert_turns_cancelled_total{cause=\"slow_consumer\"}", 1);
            daemon.awaitMetric("culvert_streams_behind", 0);
            assertThat(readToTheEnd(client)).contains("\"code\":\"slow_consumer\"");
        }
    }

    /** What the client still gets, up to the end of the stream. */
    private static String readToTheEnd(Socket client) throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] bytes = new byte[64 * 1024];
        while (text.indexOf(LAST_CHUNK, Math.max(0, text.length() - bytes.length - 7)) < 0) {
            int count = client.getInputStream().read(bytes);
            assertThat(count).as("the connection ended after %s", text).isPositive();
            text.append(new String(bytes, 0, count, UTF_8));
        }
        return text.toString();
    }
}
