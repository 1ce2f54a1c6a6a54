package dev.culvert.io;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Says why a file could not be used, and what to do. The JDK's message is often a bare path. */
public final class FileTrouble {
    private static final String IT = "it";

    private FileTrouble() {}

    /** For a file to be written: a clause without a full stop, with the path if it is known. */
    public static String of(IOException trouble) {
        String path =
                trouble instanceof FileSystemException system && system.getFile() != null
                        ? system.getFile()
                        : IT;
        return trouble instanceof NoSuchFileException
                ? path + " does not exist and cannot be created"
                : clause(path, trouble);
    }

    /** For a file to be read: a clause for a sentence that has named the file. */
    public static String why(IOException trouble) {
        return trouble instanceof NoSuchFileException
                ? "there is no such file"
                : clause(IT, trouble);
    }

    private static String clause(String path, IOException trouble) {
        return switch (trouble) {
            case CharacterCodingException _ -> path + " is not UTF-8";
            case AccessDeniedException _ ->
                    path + " is not accessible to this user: change its owner or its mode";
            case FileAlreadyExistsException _, NotDirectoryException _ ->
                    path + " is in the way: it is not a directory";
            case FileSystemException system when system.getReason() != null ->
                    bySystem(path, system.getReason());
            default ->
                    trouble.getMessage() == null
                            ? trouble.getClass().getSimpleName()
                            : trouble.getMessage();
        };
    }

    private static String bySystem(String path, String reason) {
        return switch (reason) {
            case "No space left on device", "Disk quota exceeded" ->
                    path + " cannot be written because the disk is full: free some space";
            case "Read-only file system" ->
                    path
                            + " is on a read-only file system: choose another place, or under"
                            + " systemd add it to ReadWritePaths= of the unit";
            case "Too many open files" ->
                    path
                            + " cannot be opened: raise the limit of open files (LimitNOFILE,"
                            + " ulimit -n)";
            default -> path.equals(IT) ? reason : path + ": " + reason;
        };
    }
}
