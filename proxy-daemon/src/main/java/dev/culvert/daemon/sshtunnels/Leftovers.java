package dev.culvert.daemon.sshtunnels;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what a daemon left that was killed together with the guards of its processes. A process is
 * known by its number and by when it started. Blocks.
 */
final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

    /** After the name of a process, counted from its state. */
    private static final int STARTED = 19;

    private Leftovers() {}

    static void note(Path file, long pid) throws IOException {
        Place.write(file, pid + " " + started(pid).orElse("unknown") + "\n");
    }

    /** Ends each process that a file in the directory names, and removes the files of tunnels. */
    static void end(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(directory, "*.{pid,sock,ctl,in,conf}")) {
            for (Path file : files) {
                if (String.valueOf(file.getFileName()).endsWith(".pid")) {
                    endProcess(file);
                }
                Files.deleteIfExists(file);
            }
        }
    }

    private static void endProcess(Path file) {
        try {
            String[] words = new String(Files.readAllBytes(file), US_ASCII).strip().split(" ", -1);
            long pid = Long.parseLong(words[0]);
            if (words.length < 2 || !started(pid).equals(Optional.of(words[1]))) {
                return; // it has ended, and another one may have its number
            }
            ProcessHandle.of(pid)
                    .ifPresent(process -> {
                        LOG.warn("process {}, which an earlier daemon left, is ended", pid);
                        process.descendants().forEach(ProcessHandle::destroyForcibly);
                        process.destroyForcibly();
                    });
        } catch (IOException | NumberFormatException e) {
            LOG.debug("{} names no process", file, e);
        }
    }

    /** In ticks since the start of the machine; empty if there is no such process. */
    private static Optional<String> started(long pid) {
        try {
            String stat =
                    new String(Files.readAllBytes(Path.of("/proc/" + pid + "/stat")), US_ASCII);
            return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[STARTED]);
        } catch (IOException | RuntimeException _) {
            return Optional.empty();
        }
    }
}
