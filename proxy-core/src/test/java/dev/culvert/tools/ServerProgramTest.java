package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.policy.Limits;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ServerProgramTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin");

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(50);

    @TempDir private Path directory;

    /** Starts a program, and waits until it is killed itself. */
    static final class Runner {
        private Runner() {}

        public static void main(String[] arguments) throws Exception {
            try (WorkTree files = WorkTree.open(Path.of(arguments[0]));
                    ServerProgram program = start(files, Servers.UNCONFINED, arguments[1])) {
                program.read(new byte[100]);
            }
        }
    }

    private static ServerProgram start(WorkTree files, Servers servers, String script)
            throws ToolException {
        return ServerProgram.start(
                new ServerProgram.Launch(List.of("sh", "-c", script), Map.of(), false),
                files,
                servers,
                ENVIRONMENT);
    }

    private static String all(ServerProgram program) throws IOException {
        StringBuilder said = new StringBuilder();
        byte[] piece = new byte[100];
        for (int count; (count = program.read(piece)) > 0; ) {
            said.append(new String(piece, 0, count, UTF_8));
        }
        return said.toString();
    }

    @Test
    void itIsSpokenToAndTellsHowItEnds() throws Exception {
        try (WorkTree files = WorkTree.open(directory);
                ServerProgram program =
                        start(
                                files,
                                Servers.UNCONFINED,
                                "read -r line; echo \"heard $line\"; exit 7")) {
            program.write("it\n".getBytes(UTF_8));

            assertThat(all(program)).isEqualTo("heard it\n");
            assertThat(program.ending()).isEqualTo("ended with the status 7");
            assertThatThrownBy(() -> program.write(new byte[1 << 20]))
                    .isInstanceOf(IOException.class)
                    .hasMessage("it has ended");
        }
    }

    @Test
    void whatIsConfinedWritesOnlyWhereToolsDo() throws Exception {
        Assumptions.assumeTrue(Confinement.VERSION > 0, "the kernel has no Landlock");
        Path work = Files.createDirectory(directory.resolve("work"));
        try (WorkTree files = WorkTree.open(work);
                ServerProgram program =
                        start(
                                files,
                                Servers.CONFINED,
                                "(echo x > ../outside) || echo refused; echo y > inside; echo z > $TMPDIR/z && echo done")) {
            assertThat(all(program)).isEqualTo("refused\ndone\n");
        }
        assertThat(directory.resolve("outside")).doesNotExist();
        assertThat(work.resolve("inside")).hasContent("y");
    }

    /** A command that ends ends what it has started, but no server. */
    @Test
    void itOutlivesCommands() throws Exception {
        try (WorkTree files = WorkTree.open(directory);
                ServerProgram program =
                        start(files, Servers.UNCONFINED, "read -r line; echo $line");
                Workbench bench = new Workbench(directory)) {
            bench.command(Limits.DEFAULT, () -> false, "sh", "-c", "setsid sleep 0.01 & true");

            program.write("still here\n".getBytes(UTF_8));

            assertThat(all(program)).isEqualTo("still here\n");
        }
    }

    @Test
    void itEndsWithAProcessThatWasKilled() throws Exception {
        String mark = "98774." + System.nanoTime() % 1_000_000;
        Process runner =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:-UsePerfData",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Runner.class.getName(),
                                directory.toString(),
                                "sleep MARK & sleep MARK & wait".replace("MARK", mark))
                        .inheritIO()
                        .start();
        Eventually.await(PATIENCE, PAUSE, () -> assertThat(running(mark)).isEqualTo(2));

        runner.destroyForcibly(); // kill -9

        assertThat(runner.waitFor(20, TimeUnit.SECONDS)).isTrue();
        Eventually.await(PATIENCE, PAUSE, () -> assertThat(running(mark)).isZero());
    }

    private static long running(String mark) {
        return ProcessHandle.allProcesses()
                .filter(it -> it.info().commandLine().orElse("").endsWith("sleep " + mark))
                .count();
    }
}
