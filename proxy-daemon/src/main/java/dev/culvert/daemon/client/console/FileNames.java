package dev.culvert.daemon.client.console;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Completes the names of files. */
final class FileNames {
    private static final int MOST = 200;

    private FileNames() {}

    /** Files that begin so, relative to the current folder; a folder ends with a slash. */
    static List<String> of(String begin) {
        int slash = begin.lastIndexOf('/');
        String folder = begin.substring(0, slash + 1);
        String name = begin.substring(slash + 1);
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(
                        Path.of(folder.isEmpty() ? "." : folder),
                        it -> it.getFileName().toString().startsWith(name))) {
            for (Path entry : entries) {
                String each = entry.getFileName().toString();
                if (!each.startsWith(".") || name.startsWith(".")) {
                    found.add(folder + each + (Files.isDirectory(entry) ? "/" : ""));
                }
                if (found.size() == MOST) {
                    break;
                }
            }
        } catch (IOException | InvalidPathException | DirectoryIteratorException _) {
            return List.of();
        }
        return found.stream().sorted().toList();
    }
}
