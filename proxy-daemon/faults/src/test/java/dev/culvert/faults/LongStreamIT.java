package dev.culvert.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Streams a very long answer to a client that reads more slowly than the guest sends. {@code
 * -Dfaults.stream=2048} is the long form, in MB.
 */
class LongStreamIT {
    private static final long MEGABYTE = 1024 * 1024;
    private static final long STREAM_MEGABYTES = Long.getLong("faults.stream", 64);
    private static final int SAMPLES = 16;
    private static final int CLIENT_BYTES_PER_SECOND = 16 * 1024 * 1024;
    private static final int RECEIVE_BYTES = 64 * 1024;

    /** The live heap differs this much from one collection to the next, even without a stream. */
    private static final long UNEVEN_KILOBYTES = 3 * 1024;

    /**
     * How far the guest may be ahead of the client: the daemon's credit, one chunk, and the buffers
     * of the kernel on both sides.
     */
    private static final long MOST_LEAD_BYTES = 8 * MEGABYTE;

    @TempDir Path directory;

    @Test
    void theHeapStaysFlatHoweverLongTheStream() throws IOException {
        long bytes = STREAM_MEGABYTES * MEGABYTE;
        List<Long> kilobytes = new ArrayList<>();
        try (FloodingGuest guest = new FloodingGuest(bytes);
                DaemonProgram daemon =
                        new DaemonProgram(config(guest), directory.resolve("log"), _ -> {})) {
            Eventually.await(
                    Stage.SETTLING,
                    () ->
                            assertThat(get(daemon, "/api/v1/agents/a"))
                                    .contains("\"state\":\"ready\""));
            try (HttpCall call = call(daemon)) {
                call.ask("POST", "/api/v1/agents/a/stream", Map.of(), "{\"content\":\"flood\"}");
                InputStream content = call.content();
                long received = 0;
                for (int sample = 1; sample <= SAMPLES; sample++) {
                    received += readSlowly(content, bytes * sample / SAMPLES - received);
                    kilobytes.add(daemon.liveHeapKilobytes());
                    assertThat(guest.sentBytes() - received).isLessThan(MOST_LEAD_BYTES);
                }
                assertThat(new String(content.readAllBytes(), UTF_8)).contains("event: done");
            }
            System.out.printf(
                    "live heap through %d MB, in KB: %s; peak resident %d MB%n",
                    STREAM_MEGABYTES, kilobytes, daemon.peakMegabytes());
        }
        long early =
                kilobytes.subList(0, SAMPLES / 4).stream().mapToLong(it -> it).max().orElseThrow();

        assertThat(kilobytes)
                .allSatisfy(later -> assertThat(later).isLessThan(early + UNEVEN_KILOBYTES));
    }

    private static long readSlowly(InputStream content, long bytes) throws IOException {
        byte[] piece = new byte[RECEIVE_BYTES];
        long start = System.nanoTime();
        long read = 0;
        while (read < bytes) {
            int count = content.read(piece, 0, (int) Math.min(piece.length, bytes - read));
            assertThat(count).isPositive();
            read += count;
            Pause.until(start + read * 1_000_000_000L / CLIENT_BYTES_PER_SECOND);
        }
        return read;
    }

    private Path config(FloodingGuest guest) throws IOException {
        return Files.writeString(
                directory.resolve("culvertd.jsonc"),
                """
                {
                  "http": {"listen": ["tcp://127.0.0.1:0"]},
                  "event_loops": 1,
                  "agents": [{"id": "a", "address": "%s"}]
                }
                """
                        .formatted(guest.endpoint()));
    }

    private static HttpCall call(DaemonProgram daemon) throws IOException {
        return new HttpCall(daemon.endpoint(), Stage.SETTLING, RECEIVE_BYTES);
    }

    private static String get(DaemonProgram daemon, String path) {
        try (HttpCall call = call(daemon)) {
            call.ask("GET", path, Map.of(), "");
            return call.body();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
