package dev.culvert.daemon.client.logs;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A log file that grows, and may be replaced by a new one. */
public final class LogFile {
    /** The most that is read of what was there before. */
    private static final int TAIL_BYTES = 8 * 1024 * 1024;

    private final Path file;
    private long position;
    private Object key = "";

    public LogFile(Path file) {
        this.file = file;
    }

    /** The complete lines that have come since the last call; the end of the file at the first. */
    public List<String> read() throws IOException {
        Object now = String.valueOf(Files.readAttributes(file, "unix:ino").get("ino"));
        long size = Files.size(file);
        if (!now.equals(key) || size < position) {
            boolean first = key.equals("");
            key = now;
            position = first ? Math.max(0, size - TAIL_BYTES) : 0;
        }
        byte[] bytes = new byte[(int) Math.min(TAIL_BYTES, size - position)];
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            open.seek(position);
            open.readFully(bytes);
        }
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        position += end; // the last line is read again once it is complete
        return new String(bytes, 0, end, StandardCharsets.UTF_8).lines().toList();
    }
}
