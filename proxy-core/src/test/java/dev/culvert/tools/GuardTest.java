package dev.culvert.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.policy.Limits;
import dev.culvert.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GuardTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(50);

    @TempDir private Path directory;

    /** A process that runs one command. */
    static final class Runner {
        private Runner() {}

        public static void main(String[] arguments) throws Exception {
            try (Workbench bench = new Workbench(Path.of(arguments[0]))) {
                bench.command(Limits.DEFAULT, () -> false, "sh", "-c", arguments[1]);
            }
        }
    }

    @Test
    void aCommandEndsWithAProcessThatWasKilled() throws Exception {
        String mark = "98771." + System.nanoTime() % 1_000_000;
        Process runner = start("sleep MARK & sleep MARK & sleep MARK".replace("MARK", mark));
        awaitRunning(3, mark);

        kill(runner);

        Eventually.await(PATIENCE, PAUSE, () -> assertThat(running(mark)).isEmpty());
    }

    /** A process that dies between the beginning of a command and the word of it to the guard. */
    static final class Dying {
        private Dying() {}

        public static void main(String[] arguments) throws Exception {
            List<String> variables =
                    List.of("TMPDIR=" + arguments[0], "LINES=1\n2", "PATH=/usr/bin:/bin");
            int directory = Kernel.openDirectory(arguments[0]);
            Guard _ = Guard.start(variables);
            new Starter(
                            "/bin/sh",
                            List.of("sh", "-c", arguments[1]),
                            variables,
                            new Processes.Open(directory, Processes.NOTHING, Processes.pipe().in()))
                    .startUnconfined();
            new CountDownLatch(1).await();
        }
    }

    @Test
    void aCommandEndsOfWhichTheGuardWasNotToldYet() throws Exception {
        String mark = "98774." + System.nanoTime() % 1_000_000;
        Process runner =
                start(
                        Dying.class,
                        "setsid sleep MARK & sleep MARK & sleep MARK".replace("MARK", mark));
        awaitRunning(3, mark);

        kill(runner);

        Eventually.await(PATIENCE, PAUSE, () -> assertThat(running(mark)).isEmpty());
    }

    @Test
    void soDoesWhatHasMadeASessionOfItsOwn() throws Exception {
        String mark = "98772." + System.nanoTime() % 1_000_000;
        String script = "setsid sh -c 'setsid sleep MARK & sleep MARK' & sleep MARK";
        Process runner = start(script.replace("MARK", mark));
        awaitRunning(4, mark);

        kill(runner);

        Eventually.await(PATIENCE, PAUSE, () -> assertThat(running(mark)).isEmpty());
    }

    @Test
    void soDoesWhatHasLostItsParentAndMakesOthers() throws Exception {
        String mark = "98773." + System.nanoTime() % 1_000_000;
        String script =
                "(setsid sh -c 'trap \"\" TERM; while :; do sleep MARK & sleep 0.05; done' &); sleep MARK";
        Process runner = start(script.replace("MARK", mark));
        awaitRunning(40, mark); // for longer than a second: the guard has been told

        kill(runner);

        Eventually.await(PATIENCE, PAUSE, () -> assertThat(running(mark)).isEmpty());
    }

    @Test
    void noNumberThatStandsForOthersIsEverKilled() {
        assertThatThrownBy(() -> Processes.kill(1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aGuardEndsWithItsCommand() throws Exception {
        Path work = Files.createDirectory(directory.resolve("work"));
        try (Workbench bench = new Workbench(work)) {
            bench.command(Limits.DEFAULT, () -> false, "true");
        }

        assertThat(ProcessHandle.current().children())
                .noneMatch(it -> it.info().commandLine().orElse("").contains("/bin/sh -c mark="));
    }

    private Process start(String script) throws Exception {
        return start(Runner.class, script);
    }

    private Process start(Class<?> main, String script) throws Exception {
        Path work = Files.createDirectory(directory.resolve("work"));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        work.toString(),
                        script)
                .inheritIO()
                .start();
    }

    private static void kill(Process runner) throws InterruptedException {
        runner.destroyForcibly(); // kill -9
        assertThat(runner.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    private static void awaitRunning(int least, String mark) {
        Eventually.await(
                PATIENCE,
                PAUSE,
                () -> assertThat(running(mark)).hasSizeGreaterThanOrEqualTo(least));
    }

    /** The programs, and not the shells whose script contains the mark. */
    private static List<Long> running(String mark) {
        return ProcessHandle.allProcesses()
                .filter(it -> it.info().commandLine().orElse("").endsWith("sleep " + mark))
                .map(ProcessHandle::pid)
                .toList();
    }
}
