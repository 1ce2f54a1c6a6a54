package dev.culvert.daemon.client.doctor;

import dev.culvert.value.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Versions of a program that are known to be bad.
 *
 * @param from the first; empty for all before {@code below}
 * @param below the first that is good again; empty if there is none yet
 */
record BadVersion(String program, String from, String below, Grade grade, String why, String fix) {
    private static final String FILE = "known-bad.jsonc";

    /** Those in the file that is packed with this class. */
    static List<BadVersion> all() {
        try (InputStream file = BadVersion.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException(FILE + " was not packed with this class");
            }
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return Value.parseCommented(text).at("versions").list().stream()
                    .map(BadVersion::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BadVersion of(Value entry) {
        return new BadVersion(
                entry.text("program"),
                entry.text("from"),
                entry.text("below"),
                Grade.valueOf(entry.text("grade").toUpperCase(Locale.ROOT)),
                entry.text("why"),
                entry.text("fix"));
    }

    /** Whether it is about this version, such as {@code 6.12.94+deb13-amd64}. */
    boolean covers(String version) {
        return (from.isEmpty() || compare(version, from) >= 0)
                && (below.isEmpty() || compare(version, below) < 0);
    }

    /** By the numbers that they begin with; a missing one is 0. */
    private static int compare(String one, String other) {
        return Arrays.compare(numbers(one), numbers(other));
    }

    private static int[] numbers(String version) {
        int[] numbers = new int[3];
        String[] parts = version.split("[^0-9]+", 4);
        for (int i = 0; i < Math.min(3, parts.length); i++) {
            numbers[i] = parts[i].matches("[0-9]{1,9}") ? Integer.parseInt(parts[i]) : 0;
        }
        return numbers;
    }
}
