package dev.culvert.daemon.client.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The machine: files, programs, variables. */
public interface Host {
    /** The most bytes of a file that are read. */
    int MOST_BYTES = 4 * 1024 * 1024;

    /** Where the file with this absolute path is. */
    Path path(String absolute);

    /** Runs a program to its end, for a bounded time. */
    Outcome run(List<String> command);

    Optional<String> variable(String name);

    /** The program of the daemon; a name is looked for in the PATH. */
    default String daemonProgram() {
        return "culvertd";
    }

    /** The beginning of a file as text; empty if it cannot be read. */
    default Optional<String> read(String absolute) {
        Path file = path(absolute);
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
