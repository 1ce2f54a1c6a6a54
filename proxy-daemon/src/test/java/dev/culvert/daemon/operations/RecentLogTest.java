package dev.culvert.daemon.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.operations.LogRecord.Phase;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RecentLogTest {
    private int most = 10;
    private int mostBytes = 1 << 20;
    private final RecentLog log = new RecentLog(() -> most, () -> mostBytes);

    @Test
    void anEntryIsTakenApartIntoLevelAreaAndMessage() {
        log.add("WARN Fleet - agent web-1 is away", null);

        LogRecord it = log.records().getFirst();
        assertThat(it.level()).isEqualTo("warn");
        assertThat(it.area()).isEqualTo("Fleet");
        assertThat(it.message()).isEqualTo("agent web-1 is away");
        assertThat(it.phase()).isEqualTo(Phase.RUNNING);
        assertThat(it.error()).isNull();
        assertThat(log.text()).endsWith("Z WARN Fleet - agent web-1 is away");
    }

    @Test
    void aStackTraceIsAnErrorWithItsTypeAndWhatToDoInTheJournalAndElsewhere() {
        log.add(
                "ERROR Store - cannot write\n    java.nio.file.AccessDeniedException: /x\n    at a.B.c(B.java:1)",
                null);
        log.add(
                "WARN Store - cannot write | java.sql.SQLException: locked | at a.B.c(B.java:1) | at a.B.d(B.java:2)",
                null);

        LogRecord.Fault first = Objects.requireNonNull(log.records().get(0).error());
        assertThat(first.type()).isEqualTo("java.nio.file.AccessDeniedException");
        assertThat(first.message()).isEqualTo("/x");
        assertThat(first.stack()).containsExactly("at a.B.c(B.java:1)");
        assertThat(first.recovery().getFirst()).contains("culvert doctor");
        LogRecord.Fault second = Objects.requireNonNull(log.records().get(1).error());
        assertThat(second.type()).isEqualTo("java.sql.SQLException");
        assertThat(second.stack()).hasSize(2);
        assertThat(second.recovery().getFirst()).contains("culvert db check");
    }

    @Test
    void anErrorWithoutAnExceptionSaysWhichPartOfTheDaemonHasIt() {
        log.add("ERROR Reload - the settings were not reloaded", null);

        LogRecord.Fault error = Objects.requireNonNull(log.records().getFirst().error());
        assertThat(error.type()).isEqualTo("Reload");
        assertThat(error.stack()).isEmpty();
        assertThat(error.recovery()).isNotEmpty();
    }

    @Test
    void theOldestAreForgottenByNumberAndByBytes() {
        most = 2;
        List.of("one", "two", "three").forEach(it -> log.add("INFO A - " + it, null));
        assertThat(log.records()).extracting(LogRecord::message).containsExactly("two", "three");
        assertThat(log.count()).isEqualTo(2);

        mostBytes = 300;
        log.add("INFO A - four", null);
        assertThat(log.records()).extracting(LogRecord::message).containsExactly("four");
        assertThat(log.bytes()).isLessThanOrEqualTo(300);

        most = 0;
        log.add("INFO A - five", null);
        assertThat(log.records()).isEmpty();
        assertThat(log.bytes()).isZero();
    }

    @Test
    void theResourcesOfAChangeAreTheParametersOfItsPath() {
        assertThat(
                        LogRecord.About.resources(
                                "/inventory/guests/{server}/{vmid}/start",
                                "/api/v1/inventory/guests/lab/101/start"))
                .isEqualTo(Map.of("server", "lab", "vmid", "101"));
        assertThat(LogRecord.About.resources("/tokens", "/api/v1/tokens")).isEmpty();
    }
}
