package dev.culvert.daemon.client.workspace;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.OwnerOnly;
import dev.culvert.io.Quoted;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;

/**
 * Held while a plan is applied: a workspace applies one at a time. It ends with the process that
 * holds it, however that ends.
 */
final class RunLock implements Closeable {
    private static final int MOST_BYTES = 100;

    private final FileChannel file;

    private RunLock(FileChannel file) {
        this.file = file;
    }

    /**
     * Takes it.
     *
     * @param plan the digest of the plan, short
     * @throws IOException also if another process has it; the message says which plan that applies
     */
    static RunLock take(Workspace workspace, String plan) throws IOException {
        Path folder = workspace.state().resolve("runs");
        OwnerOnly.createDirectories(folder);
        FileChannel file = OwnerOnly.open(folder.resolve("lock"));
        boolean isHeld = false;
        try {
            isHeld = isFree(file);
            if (!isHeld) {
                throw new IOException(
                        "another culvert applies the plan %s in this workspace now: wait until it has ended"
                                .formatted(Quoted.word(text(file))));
            }
            file.truncate(0);
            file.write(ByteBuffer.wrap(plan.getBytes(UTF_8)), 0);
            return new RunLock(file);
        } finally {
            if (!isHeld) {
                file.close();
            }
        }
    }

    private static boolean isFree(FileChannel file) throws IOException {
        try {
            return file.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    private static String text(FileChannel file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
        int _ = file.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), UTF_8);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
