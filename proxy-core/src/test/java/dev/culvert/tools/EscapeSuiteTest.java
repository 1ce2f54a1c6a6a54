package dev.culvert.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Attempts by name, each with {@code openat2} and without it. {@link EscapeTest} has those that are
 * only a path, and the race of many tries.
 */
@Timeout(60)
class EscapeSuiteTest {
    private static final int LEAST = 80;

    @TempDir private Path directory;

    static Stream<Attempt> all() {
        return Stream.concat(FileAttempts.ALL.stream(), CommandAttempts.ALL.stream());
    }

    static Stream<Arguments> attempts() {
        return all().flatMap(it -> Stream.of(Arguments.of(it, false), Arguments.of(it, true)));
    }

    @ParameterizedTest(name = "{0}, name by name: {1}")
    @MethodSource("attempts")
    void nothingGetsOut(Attempt attempt, boolean stepByStep) throws Exception {
        try (Scene scene = new Scene(directory, stepByStep)) {
            attempt.act().on(scene);

            scene.hasKeptItsWalls();
        }
    }

    @Test
    void thereAreManyAttemptsAndEachHasANameOfItsOwn() {
        List<String> names = all().map(it -> it.name().toLowerCase(Locale.ROOT)).toList();

        assertThat(names).hasSizeGreaterThanOrEqualTo(LEAST).doesNotHaveDuplicates();
    }
}
