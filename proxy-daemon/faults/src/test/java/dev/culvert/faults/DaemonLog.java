package dev.culvert.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The lines that the daemon has logged since some moment. */
final class DaemonLog {
    /** In characters. The daemon cuts text from outside long before that. */
    private static final int MOST_CHARS = 2_000;

    private final Path file;
    private final long fromBytes;

    DaemonLog(Path file) {
        this.file = file;
        fromBytes = file.toFile().length();
    }

    List<String> lines() throws IOException {
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            byte[] bytes = new byte[Math.toIntExact(log.length() - fromBytes)];
            log.seek(fromBytes);
            log.readFully(bytes);
            return Stream.of(new String(bytes, UTF_8).split("\n"))
                    .filter(line -> !line.isEmpty())
                    .toList();
        }
    }

    /** How many lines contain this text. */
    long quoting(String text) throws IOException {
        return lines().stream().filter(line -> line.contains(text)).count();
    }

    /** Lines into which an outsider put something that must not be there. */
    List<String> scribbled(String forged) throws IOException {
        return lines().stream()
                .filter(line ->
                        line.length() > MOST_CHARS
                                || line.strip().startsWith(forged)
                                || line.codePoints().anyMatch(DaemonLog::isControl))
                .toList();
    }

    /** Escapes the line for terminals, and shortens it. */
    static String shown(String line) {
        String head = line.substring(0, Math.min(200, line.length()));
        return ScriptedRuntime.quoted(head) + " (" + line.length() + " characters)";
    }

    /** C0, DEL, C1, and characters that some readers treat as line ends. */
    private static boolean isControl(int codePoint) {
        return (Character.isISOControl(codePoint) && codePoint != '\t')
                || codePoint == 0x2028
                || codePoint == 0x2029;
    }
}
