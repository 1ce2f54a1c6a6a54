package dev.culvert.daemon.client.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the process that listens on a port, as far as this user may see it. */
/* The kernel's tables name the inode of each listening socket, and a process has a link to it among
 * its descriptors. The descriptors of others can be read by root only. */
final class PortHolder {
    private static final String LISTENING = "0A";
    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final int MOST_WORDS_CHARS = 200;

    private final Path proc;

    /**
     * Of a machine.
     *
     * @param proc where its {@code /proc} is
     */
    PortHolder(Path proc) {
        this.proc = proc;
    }

    /** Its number and its command line, quoted; empty if it cannot be seen. */
    Optional<String> of(int port) {
        Set<String> sockets = sockets(port);
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                if (has(process, sockets)) {
                    return Optional.of(
                            "process %s (%s)"
                                    .formatted(process.getFileName(), commandLine(process)));
                }
            }
        } catch (IOException _) {
            // there is no /proc here
        }
        return Optional.empty();
    }

    private Set<String> sockets(int port) {
        Set<String> found = new HashSet<>();
        String suffix = ":%04X".formatted(port);
        for (String table : List.of("net/tcp", "net/tcp6")) {
            read(proc.resolve(table))
                    .lines()
                    .map(line -> List.of(line.strip().split("\\s+", -1)))
                    .filter(it -> it.size() > INODE && it.get(1).endsWith(suffix))
                    .filter(it -> it.get(STATE).equals(LISTENING))
                    .forEach(it -> found.add("socket:[" + it.get(INODE) + "]"));
        }
        return found;
    }

    private static boolean has(Path process, Set<String> sockets) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path file : files) {
                if (sockets.contains(target(file))) {
                    return true;
                }
            }
        } catch (IOException _) {
            // it is another user's, or has ended
        }
        return false;
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException _) {
            return "";
        }
    }

    private static String commandLine(Path process) {
        String words = read(process.resolve("cmdline")).replace('\0', ' ').strip();
        return Quoted.sentence(
                words.length() <= MOST_WORDS_CHARS
                        ? words
                        : "…" + words.substring(words.length() - MOST_WORDS_CHARS));
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), UTF_8);
        } catch (IOException _) {
            return "";
        }
    }
}
