package dev.culvert.daemon.approvals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.culvert.audit.AuditChain.Verdict;
import dev.culvert.audit.AuditEntry;
import dev.culvert.audit.AuditLog;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DecisionLogTest {
    private static final Instant NOW = Instant.parse("2026-11-30T08:00:00Z");

    @TempDir Path folder;

    private static AuditEntry line(String outcome) {
        return new AuditEntry(
                NOW,
                "anna",
                "t1",
                "run_command",
                "pushes",
                "v7",
                AuditLog.digest("{}"),
                outcome,
                Duration.ofSeconds(3));
    }

    @Test
    void writesAChainThatCanBeVerifiedAndGoesOnAfterARestart() throws Exception {
        for (String outcome : List.of("allow", "used")) {
            DecisionLog log = DecisionLog.in(folder);
            log.record(line(outcome));
            log.close();
        }

        Path file = folder.resolve("audit/audit.log");
        assertThat(Files.readAllLines(file))
                .hasSize(2)
                .first()
                .asString()
                .contains(
                        "\"who\":\"anna\",\"turn\":\"t1\",\"tool\":\"run_command\",\"rule\":\"pushes\","
                                + "\"policy\":\"v7\",\"arguments\":\"sha256:")
                .contains("\"outcome\":\"allow\",\"waited_ms\":3000");
        assertThat(AuditLog.verify(file, null)).isInstanceOf(Verdict.Sound.class);
    }

    @Test
    void saysThatAFileIsNoAuditLog() throws Exception {
        Path file = Files.createDirectories(folder.resolve("audit")).resolve("audit.log");
        Files.writeString(file, "nonsense\n");

        assertThatIOException()
                .isThrownBy(() -> DecisionLog.in(folder))
                .withMessageContaining("the audit log of approvals cannot be used")
                .withMessageContaining("culvert audit verify");
    }

    /** Hangs until it is released. */
    private static final class Hanging implements DecisionLog.Lines {
        private final CountDownLatch released = new CountDownLatch(1);
        private final List<String> written = new CopyOnWriteArrayList<>();

        @Override
        public void append(AuditEntry entry) throws IOException {
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            written.add(entry.outcome());
        }

        @Override
        public void close() {}
    }

    @Test
    void aDiskThatHangsIsGivenUpAndTheLineIsTakenBack() {
        Hanging disk = new Hanging();
        DecisionLog log = new DecisionLog(disk, Duration.ofMillis(50));

        assertThatIOException()
                .isThrownBy(() -> log.record(line("allow")))
                .withMessageContaining("the disk of the audit log has not answered");
        assertThatIOException().isThrownBy(() -> log.record(line("deny")));
        disk.released.countDown();

        Eventually.await(
                () -> assertThat(disk.written).containsExactly("allow", DecisionLog.NOT_TAKEN));
        log.close();
    }

    @Test
    void withoutAPlaceNothingIsWritten() throws Exception {
        DecisionLog log = DecisionLog.none();
        log.record(line("allow"));
        log.retract(line("allow"));
        log.close();
        assertThat(folder).isEmptyDirectory();
    }
}
