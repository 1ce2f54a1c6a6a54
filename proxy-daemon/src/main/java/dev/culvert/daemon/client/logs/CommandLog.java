package dev.culvert.daemon.client.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.OwnerOnly;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What the console ran in a project: a record of JSON in a line, for this user alone. When the file
 * is full, it becomes the older one, and what was the older one is gone.
 */
public final class CommandLog {
    private static final int MOST_BYTES = 1 << 20;

    private final Path file;

    public CommandLog(Path file) {
        this.file = file;
    }

    /** Adds a record. */
    public synchronized void add(Value entry) throws IOException {
        OwnerOnly.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
        if (Files.exists(file) && Files.size(file) > MOST_BYTES) {
            Files.move(file, older(), StandardCopyOption.REPLACE_EXISTING);
        }
        ByteBuffer line = ByteBuffer.wrap((entry.json() + "\n").getBytes(UTF_8));
        try (FileChannel channel = OwnerOnly.open(file);
                FileLock _ = channel.lock()) {
            channel.position(channel.size());
            while (line.hasRemaining()) {
                channel.write(line);
            }
        }
    }

    /** All records, the oldest first. */
    public List<Value> read() throws IOException {
        List<Value> all = new ArrayList<>();
        for (Path each : List.of(older(), file)) {
            if (Files.exists(each)) {
                for (String line : Files.readString(each).lines().toList()) {
                    try {
                        all.add(Value.parse(line));
                    } catch (BadValueException _) {
                        // Half of a line, of a console that was killed.
                    }
                }
            }
        }
        return all;
    }

    private Path older() {
        return file.resolveSibling(file.getFileName() + ".1");
    }
}
