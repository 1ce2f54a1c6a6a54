package dev.culvert.daemon.state;

import dev.culvert.daemon.auth.TokenStore;
import dev.culvert.daemon.config.DatabaseSettings;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory {@code state_dir}, which one daemon at a time may use, and the database, which may
 * be on a server instead. Blocks.
 */
/* The lock is the kernel's, so it ends with the process, even after a crash. The file stays. */
public final class StateDir implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StateDir.class);
    private static final String LOCK = "lock";
    private static final int MOST_PID_BYTES = 20;

    private final Optional<Path> directory;
    private final DatabaseSettings server;
    private final @Nullable FileChannel lock;
    private @Nullable Database database;

    private StateDir(
            Optional<Path> directory, DatabaseSettings server, @Nullable FileChannel lock) {
        this.directory = directory;
        this.server = server;
        this.lock = lock;
    }

    /** The same without a server. */
    public static StateDir open(Optional<Path> directory) throws IOException {
        return open(directory, DatabaseSettings.DEFAULTS);
    }

    /**
     * Creates the directory if needed, and locks it until {@link #close}. Without a directory it
     * keeps nothing but what is on the server.
     *
     * @param server with the database, if it has an address
     * @throws IOException one sentence, when it cannot be used or another daemon uses it
     */
    public static StateDir open(Optional<Path> directory, DatabaseSettings server)
            throws IOException {
        return directory.isEmpty()
                ? new StateDir(directory, server, null)
                : hold(directory.get(), server);
    }

    private static StateDir hold(Path directory, DatabaseSettings server) throws IOException {
        FileChannel channel = null;
        try {
            OwnerOnly.createDirectories(directory);
            channel = OwnerOnly.open(directory.resolve(LOCK));
            if (isLocked(channel)) {
                StateDir held = new StateDir(Optional.of(directory), server, channel);
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
     * Where the rooms of the daemon keep what has to outlive it; in memory without a directory and
     * a server. Called once.
     *
     * @param onFailure runs for each thing that cannot be kept
     * @throws IOException one clause, when the database cannot be used
     */
    public Stores stores(Runnable onFailure) throws IOException {
        if (server.url().isPresent()) {
            directory.map(StateDir::databaseFile).filter(Files::exists).ifPresent(StateDir::unused);
            PostgresServer held = new PostgresServer(server, true);
            database = Database.open(held, _ -> {}, Database.PATIENCE, onFailure);
        } else if (directory.isPresent()) {
            database = database(directory.get(), onFailure);
        } else {
            return Stores.inMemory();
        }
        return Stores.in(database);
    }

    private static void unused(Path file) {
        LOG.warn(
                "{} is not used, because database.url is set: start once without it for culvert fleet"
                        + " export, which culvert fleet import takes; tokens have to be made again",
                file);
    }

    /** Empty without one. */
    public Optional<Path> directory() {
        return directory;
    }

    /** Called after {@link #stores}. */
    public DatabaseLoad load() {
        return database == null ? DatabaseLoad.NONE : database.load();
    }

    /** Checks and backs up the database; empty without a directory, and if it is on a server. */
    public Optional<Upkeep> upkeep() {
        return server.url().isPresent() ? Optional.empty() : directory.map(Upkeep::new);
    }

    /** The tokens on a database server, for commands: also while a daemon uses it. */
    public static TokenStore tokensOn(DatabaseSettings server) {
        return new ServerTokens(server);
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
