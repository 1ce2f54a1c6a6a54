package dev.culvert.machine;

import dev.culvert.machine.ProcText.ProcessTimes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The files of a machine, of which any may be missing.
 *
 * @param root below which they are
 */
public record MachineFiles(Path root) {
    private static final int MOST_BYTES = 256 * 1024;

    /** More are not looked at. */
    private static final int MOST_PROCESSES = 4_096;

    /** The beginning of a file; empty if it cannot be read. */
    String text(String path) {
        try (InputStream in = Files.newInputStream(root.resolve(path))) {
            return new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
        } catch (IOException | InvalidPathException _) {
            return "";
        }
    }

    boolean exists(String path) {
        return Files.exists(root.resolve(path));
    }

    /** How many entries a directory has; -1 if it cannot be read. */
    long count(String path) {
        long count = 0;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(path))) {
            for (Path _ : entries) {
                count++;
            }
            return count;
        } catch (IOException _) {
            return -1;
        }
    }

    /** Those that this user sees, by their number. */
    Map<Long, ProcessTimes> processes() {
        Map<Long, ProcessTimes> all = new LinkedHashMap<>();
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(root.resolve("proc"), "[0-9]*")) {
            for (Path entry : entries) {
                if (all.size() >= MOST_PROCESSES) {
                    break;
                }
                ProcText.process(text("proc/" + entry.getFileName() + "/stat"))
                        .ifPresent(it -> all.put(it.pid(), it));
            }
        } catch (IOException _) {
            // then there are none
        }
        return all;
    }
}
