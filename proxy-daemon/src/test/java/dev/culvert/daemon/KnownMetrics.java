package dev.culvert.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The metrics that the source of the daemon names, also those that no test makes it count. */
final class KnownMetrics {
    private static final Pattern METER = Pattern.compile("\"(culvert(?:\\.[a-z0-9]+)+)\"");
    private static final String ENDINGS = "(_bytes|_seconds)?(_total|_bucket|_count|_sum|_max)?";

    /** As in the room of metrics and in classes that use it, with underscores for the dots. */
    static final Set<String> METERS = read(Path.of("src/main/java"));

    private KnownMetrics() {}

    /** Whether there is a metric of this name, or a series of one. */
    static boolean has(String name) {
        return METERS.stream().anyMatch(meter -> name.matches(meter + ENDINGS));
    }

    private static Set<String> read(Path sources) {
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(KnownMetrics::text)
                    .filter(text -> text.contains("dev.culvert.daemon.metrics"))
                    .flatMap(text -> METER.matcher(text).results())
                    .map((MatchResult name) -> name.group(1).replace('.', '_'))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
