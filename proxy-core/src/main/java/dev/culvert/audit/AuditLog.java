package dev.culvert.audit;

import dev.culvert.io.OwnerOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Appends decisions to a log that only its owner may read. A line is on the disk when {@link
 * #append} returns, so who cannot append must not do what the line would tell. Blocks; for any
 * thread.
 */
/* A process that was killed in the middle of a line leaves it without its end. The next one removes it, and its first
 * line tells how many bytes these were: what the removed line would have told was not done. */
public final class AuditLog implements AutoCloseable {
    private final AuditFiles files;
    private final Limits limits;
    private final Consumer<Head> heads;
    private FileChannel channel;
    private Head head;
    private long length;
    private long cut;

    /**
     * How much a log keeps.
     *
     * @param fileBytes after which the next line begins a new file
     * @param files how many, with the one that is written
     */
    public record Limits(long fileBytes, int files) {
        /** 64 MiB: about 200,000 decisions. */
        public static final Limits DEFAULTS = new Limits(8L * 1024 * 1024, 8);

        public Limits {
            if (fileBytes < AuditLine.LONGEST || files < 1) {
                throw new IllegalArgumentException("no room for a line");
            }
        }
    }

    /**
     * Opens the log, and creates it if it is missing.
     *
     * @param heads is told the last line now, and before each rotation
     * @throws IOException also where its last line is none of an audit log
     */
    public AuditLog(Path file, Limits limits, Consumer<Head> heads) throws IOException {
        this.files = new AuditFiles(file);
        this.limits = limits;
        this.heads = heads;
        OwnerOnly.createDirectories(files.folder());
        head = lastOf(files.all().reversed());
        channel = OwnerOnly.open(file);
        try {
            length = AuditTail.read(file).length();
            cut = channel.size() - length;
            trim();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        heads.accept(head);
    }

    private static Head lastOf(List<Path> newestFirst) throws IOException {
        for (Path file : newestFirst) {
            Head last = AuditTail.read(file).head();
            if (last != null) {
                return last;
            }
        }
        return Head.NONE;
    }

    /** The last line. */
    public synchronized Head head() {
        return head;
    }

    /** Writes the line to the disk, or fails and leaves the log as it was. */
    public synchronized void append(AuditEntry entry) throws IOException {
        if (length >= limits.fileBytes()) {
            rotate();
        }
        byte[] line = AuditLine.write(head, entry, cut);
        ByteBuffer bytes = ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n').flip();
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        } catch (IOException e) {
            trim();
            throw e;
        }
        head = new Head(head.number() + 1, AuditLine.hash(line));
        length += line.length + 1;
        cut = 0;
    }

    private void rotate() throws IOException {
        heads.accept(head);
        channel.close();
        files.rotate(limits.files());
        channel = OwnerOnly.open(files.file());
        length = 0;
        trim();
    }

    /** Removes what was not written to its end. */
    private void trim() throws IOException {
        channel.truncate(length);
        channel.position(length);
    }

    @Override
    public synchronized void close() throws IOException {
        channel.close();
    }

    /**
     * Checks all files of the log, also while it is written.
     *
     * @param noted a line that it must contain, or must have contained
     * @throws java.nio.file.NoSuchFileException if it has no file
     */
    public static AuditChain.Verdict verify(Path file, @Nullable Head noted) throws IOException {
        AuditFiles files = new AuditFiles(file);
        List<Object> before = files.keys();
        while (true) {
            AuditChain.Verdict verdict = AuditChain.verify(files.all(), noted);
            List<Object> after = files.keys();
            if (before.equals(after)) {
                return verdict;
            }
            before = after; // it began a new file meanwhile
        }
    }

    /** The digest of the arguments of a call, as an entry has it. */
    public static String digest(String arguments) {
        return AuditLine.digest(arguments);
    }
}
