package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.state.StateDir;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a program that writes to its {@code state_dir} again and again, at any moment, also while
 * it starts. {@code -Dkills.count=300} is the long form, {@code -Dkills.seed=N} gives other
 * moments.
 */
class KillsIT {
    private static final long SEED = Long.getLong("kills.seed", 20261129);
    private static final int COUNT = Integer.getInteger("kills.count", 15);

    /** One in so many is killed while it starts. */
    private static final int EARLY = 6;

    private static final int MOST_EARLY_MILLIS = 400;
    private static final int MOST_ACKNOWLEDGED = 200;

    @TempDir Path directory;

    private long acknowledged;

    @Test
    void nothingThatWasAcknowledgedIsLostAndNothingIsThereByHalf() throws Exception {
        System.out.printf("kills: %d with seed %d%n", COUNT, SEED);
        Random random = new Random(SEED);
        Map<String, Map<Integer, Long>> known = new HashMap<>();
        for (int kill = 0; kill < COUNT; kill++) {
            Map<String, Map<Integer, Long>> told = writeAndKill(random);
            told.forEach((store, numbers) ->
                    known.computeIfAbsent(store, _ -> new HashMap<>()).putAll(numbers));
            check(known, kill);
        }
        assertThat(acknowledged).isGreaterThan(COUNT);
        System.out.printf("kills: %d changes were acknowledged, and all are there%n", acknowledged);
    }

    /** Returns what it acknowledged last. */
    private Map<String, Map<Integer, Long>> writeAndKill(Random random) throws Exception {
        boolean early = random.nextInt(EARLY) == 0;
        Process writer =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                StoreWriter.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        Map<String, Map<Integer, Long>> told = new HashMap<>();
        try (BufferedReader lines = writer.inputReader()) {
            if (early) {
                LockSupport.parkNanos(
                        TimeUnit.MILLISECONDS.toNanos(random.nextInt(MOST_EARLY_MILLIS)));
            } else {
                for (int left = 1 + random.nextInt(MOST_ACKNOWLEDGED); left > 0; left--) {
                    note(String.valueOf(lines.readLine()), told);
                }
                LockSupport.parkNanos(random.nextInt(3_000_000));
            }
            writer.toHandle().destroyForcibly(); // SIGKILL; Process.destroy would close its output
            lines.lines().forEach(line -> note(line, told));
            assertThat(writer.waitFor()).isEqualTo(128 + 9);
        } finally {
            writer.destroyForcibly();
        }
        return told;
    }

    /** The last line may be cut. */
    private void note(String line, Map<String, Map<Integer, Long>> told) {
        String[] words = line.split(" ", -1);
        if (words.length == 3 && words[2].matches("[0-9]+")) {
            acknowledged++;
            told.computeIfAbsent(words[0], _ -> new HashMap<>())
                    .put(Integer.parseInt(words[1]), Long.parseLong(words[2]));
        }
    }

    private void check(Map<String, Map<Integer, Long>> known, int kill) throws IOException {
        try (StateDir stateDir = StateDir.open(Optional.of(directory))) {
            Map<String, Map<Integer, Long>> there =
                    StoreWriter.read(
                            stateDir.stores(() -> System.out.println("kills: the store failed")));
            known.forEach((store, numbers) ->
                    numbers.forEach((thread, number) ->
                            assertThat(there.getOrDefault(store, Map.of()).get(thread))
                                    .as("%s of thread %d after kill %d", store, thread, kill)
                                    .isNotNull()
                                    .isGreaterThanOrEqualTo(number)));
        }
    }
}
