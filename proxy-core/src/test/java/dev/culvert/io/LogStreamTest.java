package dev.culvert.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fed as slf4j-simple does it. */
class LogStreamTest {
    private static final Clock NOON =
            Clock.fixed(Instant.parse("2026-11-29T12:00:00.007Z"), ZoneOffset.UTC);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final LogStream journal = stream(true);
    private final LogStream terminal = stream(false);

    private LogStream stream(boolean isJournal) {
        return new LogStream(new PrintStream(bytes, true, UTF_8), isJournal, NOON);
    }

    @ParameterizedTest
    @CsvSource({"ERROR, 3", "WARN, 4", "INFO, 6", "DEBUG, 7", "TRACE, 7"})
    void givesTheJournalThePriorityOfEachEntry(String level, int priority) {
        journal.println(level + " Daemon - é");
        journal.flush();
        assertThat(written()).isEqualTo("<" + priority + ">" + level + " Daemon - é\n");
    }

    @Test
    void givesEveryoneElseTheTime() {
        terminal.println("INFO Daemon - started");
        terminal.flush();
        assertThat(written()).isEqualTo("2026-11-29T12:00:00.007Z INFO Daemon - started\n");
    }

    @Test
    void aStackTraceIsPartOfItsEntry() {
        IllegalStateException trouble = new IllegalStateException("one\ntwo");
        trouble.setStackTrace(
                new StackTraceElement[] {new StackTraceElement("a.B", "c", "B.java", 7)});
        journal.println("ERROR Daemon - failed");
        trouble.printStackTrace(journal);
        journal.flush();
        terminal.println("ERROR Daemon - failed");
        trouble.printStackTrace(terminal);
        terminal.flush();
        assertThat(written())
                .isEqualTo(
                        """
                        <3>ERROR Daemon - failed | java.lang.IllegalStateException: one | two | at a.B.c(B.java:7)
                        2026-11-29T12:00:00.007Z ERROR Daemon - failed
                            java.lang.IllegalStateException: one
                            two
                            at a.B.c(B.java:7)
                        """);
    }

    @Test
    void nothingWithinAnEntryLooksLikeAnother() {
        journal.println("WARN HomeLink - guest said x\nERROR Daemon - forged\u001b[2J");
        journal.flush();
        terminal.println("WARN HomeLink - guest said x\nERROR Daemon - forged");
        terminal.flush();
        assertThat(written())
                .isEqualTo(
                        """
                        <4>WARN HomeLink - guest said x | ERROR Daemon - forged[2J
                        2026-11-29T12:00:00.007Z WARN HomeLink - guest said x
                            ERROR Daemon - forged
                        """);
    }

    @Test
    void whatIsNoEntryPassesAsItIs() {
        terminal.println("culvertd: it does not start");
        new IllegalStateException("of another thread").printStackTrace(terminal);
        assertThat(written())
                .startsWith(
                        "culvertd: it does not start\njava.lang.IllegalStateException: of another thread\n\tat ");
    }

    @Test
    void aLineThatIsWrittenAtOnceHasAPriorityOrATimeAndBreaksNoOtherEntry() {
        journal.println("ERROR Daemon - failed");
        journal.writeEntry("WARN", "WARN AccessLog - state=agent/dialling", true);
        journal.writeEntry("INFO", "{}", false);
        journal.flush();
        assertThat(bytes.toString(UTF_8))
                .isEqualTo(
                        "<4>WARN AccessLog - state=agent/dialling\n<6>{}\n<3>ERROR Daemon - failed\n");

        bytes.reset();
        LogStream other = stream(false);
        other.writeEntry("INFO", "INFO AccessLog - state=done", true);
        other.writeEntry("INFO", "{}", false);
        assertThat(bytes.toString(UTF_8)).matches("\\S+Z INFO AccessLog - state=done\\n\\{}\\n");
    }

    @Test
    void anEntryIsCutBeforeTheJournalWouldCutIt() {
        journal.println("INFO Daemon - " + "x".repeat(100_000));
        journal.flush();
        assertThat(written()).hasSizeLessThan(20_000).endsWith("x…\n");
    }

    @Test
    void aListenerHasEachEntryWithoutTimeAndPriorityAndMayEndIt() {
        List<String> heard = new ArrayList<>();
        for (LogStream stream : List.of(journal, terminal)) {
            stream.listenTo(entry -> {
                heard.add(entry);
                return " op=1f";
            });
        }
        journal.println("INFO Daemon - reloaded");
        journal.flush();
        terminal.println("WARN Daemon - one\ntwo");
        terminal.flush();
        terminal.println("no entry");

        assertThat(heard).containsExactly("INFO Daemon - reloaded", "WARN Daemon - one\n    two");
        assertThat(written())
                .isEqualTo(
                        """
                        <6>INFO Daemon - reloaded op=1f
                        2026-11-29T12:00:00.007Z WARN Daemon - one
                            two op=1f
                        no entry
                        """);
    }

    @Test
    void anEntryThatAnotherThreadEndsIsNotTheListeners() throws Exception {
        journal.listenTo(_ -> " op=1f");
        journal.println("INFO Daemon - reloaded");
        Thread other = Thread.ofPlatform().start(() -> journal.println("no entry"));
        other.join();
        assertThat(written()).isEqualTo("<6>INFO Daemon - reloaded\nno entry\n");
    }

    private String written() {
        return bytes.toString(UTF_8);
    }
}
