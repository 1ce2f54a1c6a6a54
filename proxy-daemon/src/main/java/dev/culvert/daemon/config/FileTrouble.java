package dev.culvert.daemon.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Says why a file could not be used, and what to do. The JDK's message is often a bare path. */
public final class FileTrouble {
    private FileTrouble() {}

    /** A clause without a full stop, which names the path where that is known. */
    public static String of(IOException trouble) {
        if (!(trouble instanceof FileSystemException system)) {
            return trouble instanceof CharacterCodingException
                    ? "it is not UTF-8"
                    : String.valueOf(trouble.getMessage());
        }
        String path = system.getFile() == null ? "it" : system.getFile();
        return switch (system) {
            case AccessDeniedException _ ->
                    path + " may not be used by this user: change its owner or its mode";
            case NoSuchFileException _ -> path + " is not there and cannot be made";
            case FileAlreadyExistsException _, NotDirectoryException _ ->
                    path + " is in the way: it is not a directory";
            default -> bySystem(path, String.valueOf(system.getReason()));
        };
    }

    private static String bySystem(String path, String reason) {
        return switch (reason) {
            case "No space left on device", "Disk quota exceeded" ->
                    path + " cannot be written, for the disk is full: free some space";
            case "Read-only file system" ->
                    path
                            + " is on a read-only file system: choose another place, or under"
                            + " systemd add it to ReadWritePaths= of the unit";
            case "Too many open files" ->
                    path
                            + " cannot be opened: raise the limit of open files (LimitNOFILE,"
                            + " ulimit -n)";
            default -> path + ": " + reason;
        };
    }
}
