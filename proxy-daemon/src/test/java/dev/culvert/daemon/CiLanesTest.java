package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The two lanes of steps in {@code .ci/run}. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class CiLanesTest {
    @TempDir private Path folder;

    /** What a script with two lanes, {@code first} and {@code second}, says and exits with. */
    private Process start(String first, String second) throws IOException {
        String script =
                """
                set -euo pipefail
                . %s
                first() { %s; }
                second() { %s; }
                lanes first second
                echo passed
                """
                        .formatted(DocBlocks.ROOT.resolve(".ci/lanes.sh"), first, second);
        return new ProcessBuilder("bash", "-c", script)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile())
                .start();
    }

    private String said(Process process, int status) throws Exception {
        assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
        String said = Files.readString(folder.resolve("said"));
        assertThat(process.exitValue()).as(said).isEqualTo(status);
        return said;
    }

    @Test
    void runAtTheSameTimeAndSayWhatTheySayInOrder() throws Exception {
        Process both =
                start(
                        "echo one; touch begun; until [ -e done ]; do sleep 0.02; done; echo two",
                        "until [ -e begun ]; do sleep 0.02; done; echo three; echo four >&2; touch done");

        assertThat(said(both, 0)).isEqualTo("one\ntwo\nthree\nfour\npassed\n");
    }

    @Test
    void oneThatFailsFailsAllWithItsStatusAndTheOtherRunsToItsEnd() throws Exception {
        Process both =
                start("step sh -c 'exit 7'; echo never", "sleep 0.1; echo the end of the other");

        assertThat(said(both, 7))
                .contains(
                        "ci: sh -c exit 7 FAILED with status 7\n",
                        "the end of the other\n",
                        "ci: FAILED, see above: first\n")
                .doesNotContain("never", "passed");
    }

    @Test
    void theSecondFailsAllToo() throws Exception {
        assertThat(said(start("echo one", "step false; echo never"), 1))
                .contains("one\n", "ci: FAILED, see above: second\n")
                .doesNotContain("never", "passed");
    }

    @Test
    void aStepThatCannotRunHereCountsAsPassed() throws Exception {
        assertThat(said(start("step sh -c 'exit 77'; echo one", "echo two"), 0))
                .containsPattern("ci: sh -c exit 77 took \\d+ s\none\ntwo\npassed\n");
    }

    @Test
    void aSignalEndsBothWithWhatTheyHaveStarted() throws Exception {
        Process both =
                start(
                        "sh -c 'echo $$ > pid1; exec sleep 600'",
                        "sh -c 'echo $$ > pid2; exec sleep 600'");
        Eventually.await(() -> assertThat(isRunning("pid1") && isRunning("pid2")).isTrue());

        both.destroy();

        said(both, 130);
        Eventually.await(() -> assertThat(isRunning("pid1") || isRunning("pid2")).isFalse());
    }

    /** A process that has ended and that nobody has waited for has no command line any more. */
    private boolean isRunning(String file) {
        try {
            String pid = Files.readString(folder.resolve(file)).strip();
            return !pid.isEmpty()
                    && Files.readString(Path.of("/proc", pid, "cmdline")).startsWith("sleep");
        } catch (IOException _) {
            return false; // it is not there yet, or not any more
        }
    }
}
