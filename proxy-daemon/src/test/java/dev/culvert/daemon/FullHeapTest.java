package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The options with which both programs are shipped, and the units that start them again. */
class FullHeapTest {
    /** What ends with {@code -XX:+ExitOnOutOfMemoryError}. */
    private static final int OUT_OF_MEMORY = 3;

    /** Asks for more than any heap has, and lives on as a program does whose event loop catches. */
    static final class Greedy {
        public static void main(String[] arguments) {
            try {
                System.out.println(new long[Integer.MAX_VALUE - 8].length);
            } catch (OutOfMemoryError e) {
                System.out.println("it lives on");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "dist/jvm.options, dist/culvertd.service",
        "../guest-agent/dist/jvm.options, ../guest-agent/dist/culvert-agent.service"
    })
    void endsTheProcessWhichSystemdStartsAgain(Path options, Path unit) throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "@" + options,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Greedy.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isEqualTo(OUT_OF_MEMORY);
        List<String> lines = Files.readAllLines(unit);
        assertThat(lines).contains("Restart=always");
        assertThat(lines)
                .noneMatch(
                        line -> line.matches("(RestartPrevent|Success)ExitStatus=(.* )?3( .*)?"));
    }
}
