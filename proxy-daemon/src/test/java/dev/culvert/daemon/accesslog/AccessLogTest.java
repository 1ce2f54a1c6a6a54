package dev.culvert.daemon.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.AccessLogSettings;
import dev.culvert.daemon.config.AccessLogSettings.Format;
import dev.culvert.daemon.http.RequestRecord;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class AccessLogTest {
    @TempDir Path directory;

    private AccessLogSettings to(String target, int sample, Duration slow) {
        return new AccessLogSettings(true, Format.LOGFMT, target, sample, slow, 100);
    }

    private AccessLogSettings file(String name) {
        return to(directory.resolve(name).toString(), 100, Duration.ZERO);
    }

    private List<String> requests(String name) throws IOException {
        return Files.readAllLines(directory.resolve(name)).stream()
                .map(it -> it.replaceAll(".* request=(\\S+) .*", "$1"))
                .toList();
    }

    @Test
    void writesALineForEachRequestInOrder() throws Exception {
        try (AccessLog log = new AccessLog(file("a"))) {
            for (int i = 0; i < 50; i++) {
                log.onEnded(Records.done("r-" + i));
            }
        }
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            expected.add("r-" + i);
        }
        assertThat(requests("a")).isEqualTo(expected);
    }

    @Test
    void leavesOutWhatIsNotSampledButNoFailure() throws Exception {
        try (AccessLog log =
                new AccessLog(to(directory.resolve("a").toString(), 0, Duration.ZERO))) {
            log.onEnded(Records.done("d"));
            log.onEnded(Records.failed("f"));
            log.onEnded(Records.mistaken("m"));
        }
        assertThat(requests("a")).containsExactly("f");
    }

    @Test
    void leavesOutWhatWasQuickButNoFailure() throws Exception {
        try (AccessLog log =
                new AccessLog(to(directory.resolve("a").toString(), 100, Duration.ofSeconds(1)))) {
            log.onEnded(Records.done("d"));
            log.onEnded(Records.slow("s"));
            log.onEnded(Records.failed("f"));
        }
        assertThat(requests("a")).containsExactly("s", "f");
    }

    @Test
    void opensItsFileAgainWhenToldSo() throws Exception {
        AccessLogSettings settings = file("a");
        try (AccessLog log = new AccessLog(settings)) {
            log.onEnded(Records.done("r-1"));
            Eventually.await(() -> assertThat(log.written()).isEqualTo(1));
            Eventually.await(() -> assertThat(directory.resolve("a")).isNotEmptyFile());
            Files.move(directory.resolve("a"), directory.resolve("a.1"));
            log.use(settings);
            log.onEnded(Records.done("r-2"));
        }
        assertThat(requests("a.1")).containsExactly("r-1");
        assertThat(requests("a")).containsExactly("r-2");
    }

    @Test
    void countsLinesThatCannotBeWritten() {
        try (AccessLog log = new AccessLog(to("/nowhere/a", 100, Duration.ZERO))) {
            log.onEnded(Records.done("r-1"));
            log.onEnded(Records.done("r-2"));
            Eventually.await(() -> assertThat(log.dropped()).isEqualTo(2));
            assertThat(log.written()).isZero();
        }
    }

    @Test
    void aDiskThatHangsCostsLinesAndNoRequest() throws Exception {
        StuckTarget stuck = new StuckTarget();
        AccessLogSettings settings =
                new AccessLogSettings(true, Format.LOGFMT, "stderr", 100, Duration.ZERO, 10);
        try (AccessLog log =
                new AccessLog(settings, new Lines(settings, stuck), System::nanoTime)) {
            log.onEnded(Records.done("first"));
            assertThat(stuck.entered.await(10, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 100; i++) {
                log.onEnded(Records.done("r-" + i));
            }
            assertThat(log.dropped()).isEqualTo(90);
            stuck.released.countDown();
            Eventually.await(() -> assertThat(log.written()).isEqualTo(11));
        }
    }

    @Test
    void logsOnlyFailuresWhileItIsOffAndAFewOfThem() throws Exception {
        AccessLogSettings off =
                new AccessLogSettings(false, Format.LOGFMT, "stderr", 100, Duration.ZERO, 1_000);
        AtomicLong seconds = new AtomicLong(1_000);
        try (AccessLog log =
                new AccessLog(
                        off,
                        new Lines(off, Target.of(off)),
                        () -> TimeUnit.SECONDS.toNanos(seconds.get()))) {
            for (int i = 0; i < 100; i++) {
                log.onEnded(Records.done("d"));
                log.onEnded(Records.mistaken("m"));
                log.onEnded(Records.failed("f"));
            }
            Eventually.await(() -> assertThat(log.written()).isEqualTo(AccessLog.LINES));
            seconds.addAndGet(AccessLog.SECONDS);
            log.onEnded(Records.failed("f"));
            Eventually.await(() -> assertThat(log.written()).isEqualTo(AccessLog.LINES + 1));
            assertThat(log.dropped()).isZero();
        }
    }

    /** Hangs in the first line until it is let go. */
    private static final class StuckTarget implements Target {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch released = new CountDownLatch(1);

        @Override
        public String name() {
            return "stuck";
        }

        @Override
        public void write(RequestRecord request, Format format) throws IOException {
            entered.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
