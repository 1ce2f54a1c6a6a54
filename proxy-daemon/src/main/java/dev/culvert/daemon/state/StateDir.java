package dev.culvert.daemon.state;

import dev.culvert.daemon.auth.TokenStore;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The directory {@code state_dir}, which one daemon at a time may use. Blocks. */
/* The lock is the kernel's, so it ends with the process, even after a crash. The file stays. */
public final class StateDir implements AutoCloseable {
    private static final String LOCK = "lock";
    private static final int MOST_PID_BYTES = 20;

    private final Optional<Path> directory;
    private final @Nullable FileChannel lock;
    private @Nullable Database database;

    private StateDir(Optional<Path> directory, @Nullable FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Creates the directory if needed, and locks it until {@link #close}. Without a directory it
     * keeps nothing.
     *
     * @throws IOException one sentence, when it cannot be used or another daemon uses it
     */
    public static StateDir open(Optional<Path> directory) throws IOException {
        return directory.isEmpty() ? new StateDir(directory, null) : hold(directory.get());
    }

    private static StateDir hold(Path directory) throws IOException {
        FileChannel channel = null;
        try {
            OwnerOnly.createDirectories(directory);
            channel = OwnerOnly.open(directory.resolve(LOCK));
            if (isLocked(channel)) {
                StateDir held = new StateDir(Optional.of(directory), channel);
                channel = null;
                return held;
            }
            throw new IOException(
                    "another culvertd, process %s, uses it: stop that one, or give each daemon a state_dir of its own"
                            .formatted(holder(channel)));
        } catch (IOException e) {
            throw new IOException(sentence(directory, e), e);
        } finally {
            if (channel != null) {
                channel.close();
            }
        }
    }

    /**
     * Where the rooms of the daemon keep what has to outlive it; in memory without a directory.
     * Called once.
     *
     * @param onFailure runs for each thing that cannot be kept
     * @throws IOException one clause, when the database cannot be used
     */
    public Stores stores(Runnable onFailure) throws IOException {
        if (directory.isEmpty()) {
            return Stores.inMemory();
        }
        database = database(directory.get(), onFailure);
        return Stores.in(database);
    }

    /** Called after {@link #stores}. */
    public DatabaseLoad load() {
        return database == null ? DatabaseLoad.NONE : database.load();
    }

    /** Checks and backs up the database; empty without a directory. */
    public Optional<Upkeep> upkeep() {
        return directory.map(Upkeep::new);
    }

    /** The tokens of a directory, for commands: also while a daemon uses it. */
    public static TokenStore tokensIn(Path directory) {
        return new CommandTokens(directory);
    }

    /** Opens the database of a directory, and imports what earlier versions kept there. */
    static Database database(Path directory, Runnable onFailure) throws IOException {
        FormerFiles files = new FormerFiles(directory, onFailure);
        Database opened =
                Database.open(
                        new SqliteFile(databaseFile(directory)),
                        files::importOnce,
                        Database.PATIENCE,
                        onFailure);
        try {
            files.moveAside();
            return opened;
        } catch (IOException e) {
            opened.close();
            throw new IOException(FileTrouble.of(e), e);
        }
    }

    static Path databaseFile(Path directory) {
        return directory.resolve("culvert.db");
    }

    /**
     * The key of turn ids, from an earlier run or new; empty without a directory.
     *
     * @param bytes its length
     */
    public Optional<byte[]> turnKey(int bytes) throws IOException {
        if (directory.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(TurnKey.keptIn(directory.get(), bytes));
        } catch (IOException e) {
            throw new IOException(sentence(directory.get(), e), e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return false; // by this process
        }
        if (lock == null) {
            return false;
        }
        channel.truncate(0);
        String pid = ProcessHandle.current().pid() + "\n";
        channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
        return true;
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MOST_PID_BYTES);
        channel.read(bytes, 0);
        String pid = StandardCharsets.US_ASCII.decode(bytes.flip()).toString().strip();
        return pid.matches("[0-9]+") ? pid : "unknown";
    }

    /**
     * Why {@link #open} would fail, apart from another daemon's lock. Leaves nothing behind. A
     * missing directory is fine if it can be created.
     */
    public static Optional<String> trouble(Path directory) {
        try {
            Path there = directory.toAbsolutePath();
            while (!Files.exists(there) && there.getParent() != null) {
                there = there.getParent();
            }
            Files.delete(
                    there.equals(directory.toAbsolutePath())
                            ? Files.createTempFile(there, ".culvertd", ".probe")
                            : Files.createTempDirectory(there, ".culvertd"));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(sentence(directory, e));
        }
    }

    private static String sentence(Path directory, IOException e) {
        return "state_dir is " + directory + ": " + FileTrouble.of(e);
    }

    @Override
    public void close() {
        if (database != null) {
            database.close();
        }
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException _) {
                return; // the kernel releases it when the process ends
            }
        }
    }
}
