package dev.culvert.faults;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.faults.Answer.Ending;
import dev.culvert.faults.EventStream.Event;
import dev.culvert.faults.ScriptedRuntime.Run;
import dev.culvert.faults.TurnCheck.Step;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One client that reads nothing beside fifty that read everything, of one agent over one link. */
/* Rounds with and without the stalled reader alternate, so that other work of the machine affects both alike. Each pair of rounds gives one ratio. There are as many pairs as it takes to know on which side of the bound the median is, up to a limit. */
class StalledReaderIT {
    private static final double BOUND = 0.9;
    private static final int LIVELY = 50;
    private static final int MOST_PAIRS = 30;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int LIVELY_BYTES = 128 * 1024;
    private static final int STALLED_BYTES = 8 * 1024;

    private static final int ROUNDS_IN_A_ROW = 3;

    /**
     * About 4,000 characters each; together a little less than the guest accepts for one answer.
     */
    private static final int STALLED_PIECES = 1950;

    /** At full speed, the kernel would grow the guest's receive buffer to hold the whole answer. */
    private static final Duration STALLED_PACE = Duration.ofMillis(1);

    /**
     * What daemon, guest and the kernel in front of them buffer of a turn that nobody reads. What
     * the kernel buffers for the client is added.
     */
    private static final long MOST_HELD_BYTES = 1024 * 1024;

    @TempDir Path directory;
    private long nonces;

    @Test
    void aStalledReaderLeavesTheOthersTheirPace() throws Exception {
        Tally tally = new Tally();
        FaultPlan nothing = new FaultPlan(0, 0);
        try (Stage stage = new Stage(nothing, 1, directory, tally);
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            stage.awaitReady();
            Scene scene = stage.scene();
            rounds(scene, clients); // until hot code is compiled
            Ratios ratios = new Ratios(BOUND);
            while (ratios.count() < MOST_PAIRS && !ratios.isDecided()) {
                double beside = roundsBesideAStalled(scene, clients);
                ratios.add(beside / rounds(scene, clients));
            }
            System.out.println("throughput beside a stalled reader: " + ratios);

            assertThat(ratios.median()).isGreaterThanOrEqualTo(BOUND);
        }
    }

    private double roundsBesideAStalled(Scene scene, ExecutorService clients) throws Exception {
        Answer endless = answer(STALLED_PIECES, 8000, STALLED_PACE);
        Run run = scene.runtime().expect(endless);
        try (HttpCall stalled = ask(scene, endless, STALLED_BYTES)) {
            Event first = Objects.requireNonNull(new EventStream(stalled.content()).next());
            String turn = first.id().replaceFirst(":.*", "");
            awaitStalled(run);
            assertThat(run.isRunning()).isTrue();
            assertThat(run.writtenChars()).isLessThan(MOST_HELD_BYTES + kernelSendBytes());
            try {
                return rounds(scene, clients);
            } finally {
                cancel(scene, turn);
            }
        }
    }

    /** The maximum send buffer of a socket in this kernel. */
    private static long kernelSendBytes() throws IOException {
        try (InputStream limits = Files.newInputStream(Path.of("/proc/sys/net/ipv4/tcp_wmem"))) {
            String text = new String(limits.readNBytes(100), US_ASCII); // it can be read only once
            return Long.parseLong(text.strip().replaceFirst(".*\\s", ""));
        }
    }

    /** Waits until the runtime can write nothing more. */
    private static void awaitStalled(Run run) {
        long before;
        do {
            before = run.writtenChars();
            Pause.ofMillis(200);
        } while (before == 0 || run.writtenChars() > before);
    }

    /** Streams a second of fifty clients at once, which check every byte. */
    private double rounds(Scene scene, ExecutorService clients)
            throws InterruptedException, ExecutionException {
        long start = System.nanoTime();
        for (int round = 0; round < ROUNDS_IN_A_ROW; round++) {
            List<Callable<Void>> readers = new ArrayList<>();
            for (int i = 0; i < LIVELY; i++) {
                Answer answer = answer(60, 1000, Duration.ZERO);
                scene.runtime().expect(answer);
                readers.add(() -> read(scene, answer));
            }
            for (Future<Void> reader : clients.invokeAll(readers)) {
                reader.get();
            }
        }
        return ROUNDS_IN_A_ROW * LIVELY / ((System.nanoTime() - start) / 1e9);
    }

    private static Void read(Scene scene, Answer answer) throws IOException {
        TurnCheck check = new TurnCheck(answer, false);
        try (HttpCall call = ask(scene, answer, LIVELY_BYTES)) {
            EventStream events = new EventStream(call.content());
            Step step = new Step.Onwards();
            for (Event event = events.next(); event != null; event = events.next()) {
                step = check.onEvent(event);
            }
            assertThat(step).isEqualTo(new Step.Over());
        }
        return null;
    }

    private static HttpCall ask(Scene scene, Answer answer, int bytes) throws IOException {
        HttpCall call = new HttpCall(scene.daemon().endpoint(), PATIENCE, bytes);
        call.ask("POST", "/api/v1/agents/a/stream", Map.of(), TurnPlan.body(answer));
        assertThat(call.status()).as("%s", call.problem()).isEqualTo(200);
        return call;
    }

    private static void cancel(Scene scene, String turn) throws IOException {
        try (HttpCall call = new HttpCall(scene.daemon().endpoint(), PATIENCE, LIVELY_BYTES)) {
            call.ask("DELETE", "/api/v1/turns/" + turn, Map.of(), "");
            assertThat(call.status()).isEqualTo(204);
        }
    }

    private Answer answer(int pieces, int largest, Duration pace) {
        return new Answer(++nonces, pieces, largest, false, Duration.ZERO, pace, Ending.WHOLE);
    }
}
