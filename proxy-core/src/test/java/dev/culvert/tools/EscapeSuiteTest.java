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
 * Attempts by name, each in every way in which tools open files; those with commands, and one with
 * a pipe, in the two ways of Linux. {@link EscapeTest} has those that are only a path, and the race
 * of many tries.
 */
@Timeout(60)
class EscapeSuiteTest {
    private static final int LEAST = 80;

    @TempDir private Path directory;

    static Stream<Attempt> all() {
        return Stream.concat(FileAttempts.ALL.stream(), onLinux());
    }

    private static Stream<Attempt> onLinux() {
        return Stream.concat(FileAttempts.ON_LINUX.stream(), CommandAttempts.ALL.stream());
    }

    static Stream<Arguments> attempts() {
        return Stream.concat(
                FileAttempts.ALL.stream().flatMap(it -> with(it, Opener.values())),
                onLinux().flatMap(it -> with(it, Opener.AT_ONCE, Opener.STEP_BY_STEP)));
    }

    private static Stream<Arguments> with(Attempt attempt, Opener... openers) {
        return Stream.of(openers).map(it -> Arguments.of(attempt, it));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("attempts")
    void nothingGetsOut(Attempt attempt, Opener opener) throws Exception {
        try (Scene scene = new Scene(directory, opener)) {
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
