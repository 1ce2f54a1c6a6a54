package dev.culvert.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.machine.MachineReport.Interface;
import dev.culvert.machine.MachineReport.Pressure;
import dev.culvert.machine.MachineReport.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The texts of the kernel and of systemctl, whole and with characters changed. */
@Timeout(60)
class ProcTextTest {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/machine/corpus");
    private static final long SEED = 20261130;
    private static final int ROUNDS = 1_000;

    private static String text(String name) throws IOException {
        return Files.readString(CORPUS.resolve(name));
    }

    @Test
    void readsTheTicksOfAllProcessors() throws IOException {
        ProcText.CpuTimes times = ProcText.cpu(text("cpu-stat"));
        assertThat(times.all()).isEqualTo(60_379_129L);
        assertThat(times.idle()).isEqualTo(46_845_166L);
        assertThat(times.stolen()).isEqualTo(1_200L);
        assertThat(ProcText.cores(text("cpu-stat"))).isEqualTo(2);
    }

    @Test
    void readsMemoryInBytes() throws IOException {
        assertThat(ProcText.kibibytes(text("meminfo-small")))
                .containsEntry("MemTotal", 512L << 20)
                .containsEntry("MemAvailable", 384L << 20)
                .containsEntry("SwapTotal", 0L);
    }

    @Test
    void readsPressureWithAndWithoutThatOfAllWork() throws IOException {
        assertThat(ProcText.pressure(text("pressure-memory"))).contains(new Pressure(1.53, 0.5));
        assertThat(ProcText.pressure("some avg10=2.00 avg60=0.87\n")).contains(new Pressure(2, -1));
        assertThat(ProcText.pressure("")).isEmpty();
    }

    @Test
    void readsAProcessWhoseNameHasBracketsAndBlanks() throws IOException {
        assertThat(ProcText.process(text("process-odd")))
                .contains(new ProcText.ProcessTimes(4211, "a (odd) name", 'S', 200, 34_567));
    }

    @Test
    void readsTheCountersOfInterfaces() throws IOException {
        assertThat(ProcText.interfaces(text("netdev-two")))
                .containsExactly(
                        new Interface("lo", "", 1_234_567, 1_234_567, 1_000, 1_000, 0, 0),
                        new Interface("eth0", "", 987_654_321, 12_345_678, 54_321, 44_444, 3, 7));
    }

    @Test
    void keepsUnitsOfInterestThatExistAndThoseThatFailed() throws IOException {
        assertThat(ProcText.services(text("units-some")))
                .containsExactly(
                        new Service("culvertd.service", "active", "running"),
                        new Service("nginx.service", "failed", "failed"));
    }

    @Test
    void readsLoadAndCounts() throws IOException {
        assertThat(ProcText.load(text("load-some"))).containsExactly(0.52, 0.58, 0.59);
        assertThat(ProcText.counts(text("counts-cpu")))
                .containsAllEntriesOf(Map.of("nr_periods", 100L, "nr_throttled", 25L));
    }

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    /** Whatever the kernel may say one day: nothing is thrown, and every text is quoted. */
    @ParameterizedTest
    @MethodSource("files")
    void changedTextsAreReadOrLeftOut(Path file) throws IOException {
        String good = Files.readString(file);
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            String text = mutated(good, random);
            ProcText.cpu(text);
            assertThat(ProcText.cores(text)).isNotNegative();
            assertThat(ProcText.load(text))
                    .satisfiesAnyOf(
                            it -> assertThat(it).isEmpty(), it -> assertThat(it).hasSize(3));
            assertThat(ProcText.kibibytes(text).values()).allMatch(it -> it >= 0);
            assertThat(ProcText.counts(text).values()).allMatch(it -> it >= 0);
            ProcText.pressure(text).ifPresent(it -> assertThat(it.some()).isNotNegative());
            ProcText.process(text).ifPresent(it -> assertThat(it.name()).matches("\\P{Cntrl}*"));
            assertThat(ProcText.interfaces(text))
                    .allSatisfy(it -> assertThat(it.name()).matches("\\P{Cntrl}*"));
            assertThat(ProcText.services(text))
                    .allSatisfy(it -> assertThat(it.detail()).matches("\\P{Cntrl}*"));
            assertThat(ProcText.vsockModules(text)).allMatch(it -> it.contains("vsock"));
        }
    }

    private static String mutated(String good, Random random) {
        StringBuilder text = new StringBuilder(good);
        for (int i = random.nextInt(4); i >= 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.setLength(at);
                case 1 -> text.setCharAt(at, (char) random.nextInt(0x300));
                case 2 -> text.insert(at, "99999999999999999999");
                default -> text.insert(at, good.substring(random.nextInt(good.length())));
            }
        }
        return text.toString();
    }
}
