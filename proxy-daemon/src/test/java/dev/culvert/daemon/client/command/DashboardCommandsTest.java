package dev.culvert.daemon.client.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands that the pages of the dashboard tell people to run. */
class DashboardCommandsTest {
    private static final Path PAGES = Path.of("src/main/resources/dev/culvert/daemon/dashboard");
    private static final Pattern COMMAND = Pattern.compile("[>'`]culvert ([a-z][^<'`]*)");

    static List<String> commands() throws IOException {
        try (Stream<Path> pages = Files.list(PAGES)) {
            return pages.filter(it -> it.toString().endsWith(".js"))
                    .map(DashboardCommandsTest::text)
                    .flatMap(text -> COMMAND.matcher(text).results())
                    .map(found -> found.group(1).replaceAll("\\$\\{[^}]*}", "x"))
                    .distinct()
                    .toList();
        }
    }

    private static String text(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void thereAreSome() throws IOException {
        assertThat(commands()).contains("agents add web-1 --cid 3", "doctor", "reload");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void hasVerbsAndFlagsThatThereAre(String command) {
        assertThatCode(() -> Culvert.spec().commandLine().parseArgs(command.split(" ")))
                .doesNotThrowAnyException();
    }
}
