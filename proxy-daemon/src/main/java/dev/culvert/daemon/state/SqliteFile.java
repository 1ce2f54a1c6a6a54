package dev.culvert.daemon.state;

import dev.culvert.io.OwnerOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.sqlite.NativeLibraryNotFoundException;
import org.sqlite.SQLiteConfig;

/** A file with an SQLite database: opens it, and says what its errors mean. */
/* Its errors are numbered at https://www.sqlite.org/rescode.html; the lowest 8 bits are the kind. */
final class SqliteFile implements Engine {
    /** How long another process may lock it. */
    private static final int LOCKED_MILLIS = 10_000;

    private static final int PERM = 3;
    private static final int BUSY = 5;
    private static final int LOCKED = 6;
    private static final int READONLY = 8;
    private static final int IOERR = 10;
    private static final int CORRUPT = 11;
    private static final int FULL = 13;
    private static final int CANTOPEN = 14;
    private static final int NOTADB = 26;

    private final Path file;

    SqliteFile(Path file) {
        this.file = file;
    }

    /**
     * Connects to the database, which is created if it is missing. What was committed outlives the
     * process and the machine.
     */
    @Override
    public Connection connect() throws IOException, SQLException {
        if (!Files.exists(file)) {
            create();
        }
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(LOCKED_MILLIS);
        return config.createConnection("jdbc:sqlite:" + file);
    }

    /* Never opened here later: when a process closes a file, it loses its locks on it, those of SQLite too. SQLite
     * gives the files beside it the same owner and mode. */
    private void create() throws IOException {
        OwnerOnly.open(file).close();
        OwnerOnly.giveToOwnerOfFolder(file);
    }

    @Override
    public String begin() {
        return "BEGIN IMMEDIATE";
    }

    @Override
    public String why(SQLException trouble) {
        if (trouble.getCause() instanceof NativeLibraryNotFoundException) {
            return "the library of SQLite cannot be loaded: java needs a directory where libraries may"
                    + " be unpacked and loaded, such as -Dorg.sqlite.tmpdir=/var/lib/culvert";
        }
        return switch (trouble.getErrorCode() & 0xff) {
            case FULL -> file + " cannot be written because the disk is full: free some space";
            case BUSY, LOCKED ->
                    "another process has locked %s for %d s: see which one with fuser %s"
                            .formatted(file, LOCKED_MILLIS / 1000, file);
            case PERM, READONLY, CANTOPEN ->
                    file
                            + " and the files beside it cannot be opened by this user: change their"
                            + " owner or mode, and that of their directory";
            case CORRUPT, NOTADB ->
                    "%s is damaged (%s): stop the daemon, and put a backup in its place (culvert db backup)"
                            .formatted(file, trouble.getMessage());
            case IOERR ->
                    "%s cannot be read or written (%s): look at its disk"
                            .formatted(file, trouble.getMessage());
            default -> file + " cannot be used: " + trouble.getMessage();
        };
    }

    /** Whether it means that the file is not sound. */
    static boolean isDamage(SQLException trouble) {
        int kind = trouble.getErrorCode() & 0xff;
        return kind == CORRUPT || kind == NOTADB;
    }

    /** What is open stays open. */
    @Override
    public boolean isLost(SQLException trouble) {
        return false;
    }

    @Override
    public String silent(String forHowLong) {
        return "the disk of %s has not answered %s: look for it in dmesg and iostat"
                .formatted(file, forHowLong);
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
