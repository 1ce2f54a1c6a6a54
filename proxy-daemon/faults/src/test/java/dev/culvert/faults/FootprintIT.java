package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measures the disk, start and memory of each image when idle. Every build prints the figures. */
class FootprintIT {
    private static final int STARTS = 7;

    /** Time for the work that follows a start. */
    private static final Duration UNTIL_IDLE = Duration.ofSeconds(1);

    private static final int MEGABYTE = 1024 * 1024;

    @TempDir private Path directory;

    private record Footprint(
            String name, long diskMegabytes, long startMillis, long resident, long proportional) {
        @Override
        public String toString() {
            return "%s: %d MB on disk, listens %d ms after its start (median of %d), idle at %d MB (RSS; PSS %d MB)"
                    .formatted(name, diskMegabytes, startMillis, STARTS, resident, proportional);
        }
    }

    @Test
    void theDaemonIsSmall() throws IOException {
        Footprint daemon =
                footprint(Launch.IMAGES.daemon(), "serve", "--http", "tcp://127.0.0.1:0");

        assertThat(daemon.diskMegabytes()).isLessThanOrEqualTo(135);
        assertThat(daemon.resident()).isLessThanOrEqualTo(100);
    }

    @Test
    void theAgentIsSmallEnoughForManyVms() throws IOException {
        Footprint agent =
                footprint(
                        Launch.IMAGES.guest(),
                        "--listen",
                        "tcp://127.0.0.1:0",
                        "--runtime",
                        "echo");

        assertThat(agent.diskMegabytes()).isLessThanOrEqualTo(75);
        assertThat(agent.resident()).isLessThanOrEqualTo(48);
    }

    private Footprint footprint(List<String> launcher, String... arguments) throws IOException {
        Path binary = Path.of(launcher.getFirst());
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of(arguments));
        long[] millis = new long[STARTS];
        for (int i = 0; i < STARTS; i++) {
            long start = System.nanoTime();
            try (Program _ = program(command)) {
                millis[i] = Duration.ofNanos(System.nanoTime() - start).toMillis();
            }
        }
        Arrays.sort(millis);
        try (Program idle = program(command)) {
            Pause.of(UNTIL_IDLE);
            Footprint footprint =
                    new Footprint(
                            binary.getFileName().toString(),
                            megabytes(binary.resolve("../..").normalize()),
                            millis[STARTS / 2],
                            idle.residentMegabytes(),
                            idle.proportionalMegabytes());
            System.out.println(footprint);
            return footprint;
        }
    }

    private Program program(List<String> command) throws IOException {
        return new Program(command, directory.resolve("log"));
    }

    private static long megabytes(Path tree) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        return Math.ceilDiv(bytes, MEGABYTE);
    }
}
