package dev.culvert.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.audit.AuditChain.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A saved log with bytes changed, cut out and doubled. */
@Timeout(60)
class AuditChainFuzzTest {
    private static final Path SAVED = Path.of("src/test/resources/dev/culvert/audit/audit.log");
    private static final int ROUNDS = 2_000;
    private static final long SEED = 20261130;

    @TempDir private Path folder;

    @Test
    void theSavedLogIsSound() throws IOException {
        assertThat(AuditLog.verify(SAVED, null)).isInstanceOf(Verdict.Sound.class);
    }

    /** Only a change after the last but one line can stay without notice. */
    @Test
    void aChangedLogIsBrokenOrEndsEarlier() throws IOException {
        byte[] saved = Files.readAllBytes(SAVED);
        Verdict.Sound sound = (Verdict.Sound) AuditLog.verify(SAVED, null);
        int lastLine = startOfLastLine(saved);
        Path file = folder.resolve("audit.log");
        Random random = new Random(SEED);
        int broken = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] changed = mutated(saved, random);
            Files.write(file, changed);
            Verdict verdict = AuditLog.verify(file, null);
            switch (verdict) {
                case Verdict.Broken _ -> {
                    broken++;
                    assertThat(Arrays.equals(changed, saved)).as("round %d", round).isFalse();
                }
                case Verdict.Sound(long first, Head head, long _) -> {
                    assertThat(first).as("round %d", round).isLessThanOrEqualTo(1);
                    assertThat(head.number()).isLessThanOrEqualTo(sound.head().number());
                    int same = Arrays.mismatch(changed, saved);
                    if (head.number() == sound.head().number()) {
                        assertThat(same < 0 || same >= lastLine).as("round %d", round).isTrue();
                    }
                }
            }
            assertThat(AuditLog.verify(file, sound.head()) instanceof Verdict.Sound)
                    .as("round %d", round)
                    .isEqualTo(startsWith(changed, saved));
        }
        assertThat(broken).isBetween(ROUNDS / 2, ROUNDS - 1);
    }

    /** Bytes after the last line are one that has no end yet. */
    private static boolean startsWith(byte[] changed, byte[] saved) {
        int same = Arrays.mismatch(changed, saved);
        return same < 0 || (same == saved.length && isUnfinished(changed, same));
    }

    private static boolean isUnfinished(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return false;
            }
        }
        return true;
    }

    private static int startOfLastLine(byte[] bytes) {
        int i = bytes.length - 2;
        while (i > 0 && bytes[i] != '\n') {
            i--;
        }
        return i + 1;
    }

    private static byte[] mutated(byte[] saved, Random random) {
        int from = random.nextInt(saved.length);
        int to = Math.min(saved.length, from + 1 + random.nextInt(40));
        return switch (random.nextInt(5)) {
            case 0 -> {
                byte[] changed = saved.clone();
                changed[from] = (byte) random.nextInt(256);
                yield changed;
            }
            case 1 -> joined(Arrays.copyOf(saved, from), saved, to, saved.length);
            case 2 -> joined(Arrays.copyOf(saved, to), saved, from, saved.length);
            case 3 -> Arrays.copyOf(saved, from);
            default -> joined(saved, saved, from, to);
        };
    }

    private static byte[] joined(byte[] first, byte[] second, int from, int to) {
        byte[] joined = Arrays.copyOf(first, first.length + to - from);
        System.arraycopy(second, from, joined, first.length, to - from);
        return joined;
    }
}
