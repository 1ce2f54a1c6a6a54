package dev.culvert.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the files of this module, and reads the tables of its pages. */
final class Spec {
    static final Path ROOT = Path.of(System.getProperty("basedir", "")).toAbsolutePath();

    private Spec() {}

    static String text(String path) {
        try {
            return Files.readString(ROOT.resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The paths of a folder's JSON files, relative to the module, sorted. */
    static List<String> jsonFiles(String folder) {
        try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
            return files.map(file -> folder + "/" + file.getFileName())
                    .filter(name -> name.endsWith(".json"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The code words in one column, counted from 0, of the tables under a heading of a page. */
    static List<String> column(String page, String heading, int column) {
        String section =
                text(page)
                        .split("(?m)^## " + Pattern.quote(heading) + "$", 2)[1]
                        .split("(?m)^## ", 2)[0];
        Pattern row = Pattern.compile("(?m)^\\|(?:[^|]*\\|){" + column + "} `([a-z0-9_]+)` \\|");
        return row.matcher(section).results().map(result -> result.group(1)).toList();
    }

    static Stream<MatchResult> matches(String page, String regex) {
        return Pattern.compile(regex).matcher(text(page)).results();
    }
}
