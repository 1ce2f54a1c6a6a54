package dev.culvert.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.audit.AuditChain.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
    private static final AuditLog.Limits SMALL = new AuditLog.Limits(AuditLine.LONGEST, 3);

    @TempDir private Path folder;

    private Path file;
    private final List<Head> heads = new ArrayList<>();

    @BeforeEach
    void placeTheFile() {
        file = folder.resolve("audit").resolve("audit.log");
    }

    static AuditEntry entry(String tool) {
        return new AuditEntry(
                Instant.parse("2026-11-30T03:00:00Z"),
                "ops",
                "turn-1",
                tool,
                "no-force",
                "p1",
                AuditLog.digest("{\"path\":\"a\"}"),
                "deny",
                Duration.ofMillis(12));
    }

    private AuditLog open(AuditLog.Limits limits) throws IOException {
        return new AuditLog(file, limits, heads::add);
    }

    private void append(String... tools) throws IOException {
        try (AuditLog log = open(AuditLog.Limits.DEFAULTS)) {
            for (String tool : tools) {
                log.append(entry(tool));
            }
        }
    }

    private Verdict verdict() throws IOException {
        return AuditLog.verify(file, null);
    }

    private Head head() throws IOException {
        return ((Verdict.Sound) verdict()).head();
    }

    @Test
    void eachLineHasTheHashOfTheOneBefore() throws IOException {
        append("read_file", "write_file");
        List<String> lines = Files.readAllLines(file);
        assertThat(lines.getFirst())
                .isEqualTo(
                        "{\"n\":1,\"prev\":\"%s\",\"at\":\"2026-11-30T03:00:00Z\",\"who\":\"ops\",\"turn\":\"turn-1\",\"tool\":\"read_file\",\"rule\":\"no-force\",\"policy\":\"p1\",\"arguments\":\"%s\",\"outcome\":\"deny\",\"waited_ms\":12}"
                                .formatted("0".repeat(64), AuditLog.digest("{\"path\":\"a\"}")));
        assertThat(lines.get(1))
                .startsWith(
                        "{\"n\":2,\"prev\":\"%s\","
                                .formatted(AuditLine.hash(lines.getFirst().getBytes(UTF_8))));
        assertThat(verdict()).isEqualTo(new Verdict.Sound(1, head(), 0));
        assertThat(head().number()).isEqualTo(2);
    }

    @Test
    void anotherProcessGoesOnWithTheChainAndIsToldWhereItIs() throws IOException {
        append("a");
        append("b");
        assertThat(verdict()).isInstanceOf(Verdict.Sound.class);
        assertThat(heads).extracting(Head::number).containsExactly(0L, 1L);
        assertThat(head().number()).isEqualTo(2);
    }

    @Test
    void onlyItsOwnerMayReadIt() throws IOException {
        append("a");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void aLineWhoseWriterWasKilledIsRemovedAndTheNextOneSaysSo() throws IOException {
        append("a");
        Files.writeString(file, "{\"n\":2,\"prev\":\"12", StandardOpenOption.APPEND);
        assertThat(verdict()).isEqualTo(new Verdict.Sound(1, head(), 17));
        append("b", "c");
        assertThat(Files.readAllLines(file).get(1)).endsWith(",\"unfinished_bytes_before\":17}");
        assertThat(Files.readAllLines(file).get(2)).doesNotContain("unfinished");
        assertThat(verdict()).isEqualTo(new Verdict.Sound(1, head(), 0));
    }

    @Test
    void anUnfinishedFirstLineIsRemovedToo() throws IOException {
        append();
        Files.writeString(file, "{\"n\":1", StandardOpenOption.APPEND);
        append("a");
        assertThat(verdict()).isEqualTo(new Verdict.Sound(1, head(), 0));
        assertThat(head().number()).isEqualTo(1);
    }

    @Test
    void theChainGoesOnOverFilesAndTheOldestAreRemoved() throws IOException {
        try (AuditLog log = open(SMALL)) {
            for (int i = 0; i < 200; i++) {
                log.append(entry("tool-" + i));
            }
            assertThat(log.head()).isEqualTo(head());
        }
        try (AuditLog log = open(SMALL)) {
            log.append(entry("after"));
        }
        assertThat(new AuditFiles(file).all())
                .extracting(it -> it.getFileName().toString())
                .containsExactly("audit.log.2", "audit.log.1", "audit.log");
        assertThat(verdict()).isInstanceOf(Verdict.Sound.class);
        assertThat(((Verdict.Sound) verdict()).first()).isGreaterThan(1);
        assertThat(head().number()).isEqualTo(201);
    }

    @Test
    void aCrashInTheMiddleOfARotationLosesNothing() throws IOException {
        append("a", "b");
        Files.move(file, file.resolveSibling("audit.log.2"));
        append("c");
        assertThat(verdict()).isEqualTo(new Verdict.Sound(1, head(), 0));
        assertThat(head().number()).isEqualTo(3);
    }

    @Test
    void eachChangedByteOfALineBeforeTheLastIsNoticed() throws IOException {
        append("a", "b", "c");
        byte[] written = Files.readAllBytes(file);
        int last = new String(written, UTF_8).lastIndexOf("{\"n\":3");
        for (int i = 0; i < last; i++) {
            byte[] changed = written.clone();
            changed[i] ^= 1;
            Files.write(file, changed);
            assertThat(verdict()).as("byte %d", i).isInstanceOf(Verdict.Broken.class);
        }
    }

    @Test
    void saysWhichLineIsWrongAndWhy() throws IOException {
        append("a", "b", "c", "d");
        List<String> lines = Files.readAllLines(file);
        assertThat(with(lines.get(0), lines.get(2), lines.get(3)))
                .isEqualTo(new Verdict.Broken(file, 2, "it has the number 3 and follows number 1"));
        assertThat(with(lines.get(0), lines.get(1).replace("\"b\"", "\"x\""), lines.get(2)))
                .isEqualTo(
                        new Verdict.Broken(
                                file,
                                3,
                                "the line before it, number 2, is not the one that was written"));
        assertThat(with(lines.get(0), "hello"))
                .isEqualTo(new Verdict.Broken(file, 2, "it is no line of an audit log"));
        assertThat(with(lines.get(0), lines.get(1), lines.get(1)))
                .isEqualTo(new Verdict.Broken(file, 3, "it has the number 2 and follows number 2"));
    }

    private Verdict with(String... lines) throws IOException {
        Files.write(file, List.of(lines));
        return verdict();
    }

    @Test
    void linesCutOffTheEndAreNoticedByANotedHeadOnly() throws IOException {
        append("a", "b", "c");
        Head noted = head();
        List<String> lines = Files.readAllLines(file);
        Files.write(file, lines.subList(0, 2));
        assertThat(verdict()).isInstanceOf(Verdict.Sound.class);
        assertThat(AuditLog.verify(file, noted))
                .isEqualTo(
                        new Verdict.Broken(
                                file,
                                0,
                                "it ends with number 2, before the line that was noted, number 3"));
    }

    @Test
    void aWholeNewChainIsNoticedByANotedHead() throws IOException {
        append("a", "b");
        Head noted = head();
        Files.delete(file);
        append("a", "x", "c");
        assertThat(verdict()).isInstanceOf(Verdict.Sound.class);
        assertThat(AuditLog.verify(file, noted))
                .isEqualTo(new Verdict.Broken(file, 2, "number 2 is not the line that was noted"));
    }

    @Test
    void aNotedHeadInARemovedFileIsNoFault() throws IOException {
        append("a");
        Head noted = head();
        try (AuditLog log = open(SMALL)) {
            for (int i = 0; i < 200; i++) {
                log.append(entry("tool-" + i));
            }
        }
        assertThat(AuditLog.verify(file, noted)).isInstanceOf(Verdict.Sound.class);
    }

    @Test
    void whatEndsWithSomethingElseIsNotAppendedTo() throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "not an audit log\n");
        assertThatThrownBy(this::append)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not end with a line of an audit log");
        assertThat(Files.readString(file)).isEqualTo("not an audit log\n");
    }

    @Test
    void whatComesFromOutsideIsCutAndStaysOneLine() throws IOException {
        append("rm\n\"" + "é\u202e".repeat(10_000));
        assertThat(Files.readAllLines(file)).hasSize(1);
        assertThat(Files.size(file)).isLessThan(AuditLine.LONGEST);
        append("b");
        assertThat(verdict()).isInstanceOf(Verdict.Sound.class);
    }
}
