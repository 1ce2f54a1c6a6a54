package dev.culvert.daemon.client.settings;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/**
 * A file that decides what is run and allowed here: a regular one of this user or root, which
 * nobody else can write.
 */
final class GuardedFile {
    private static final Path SELF = Path.of("/proc/self");
    private static final int STICKY = 01000;

    private GuardedFile() {}

    /**
     * The text of the file.
     *
     * @throws UsageException if it is refused, or cannot be read
     */
    static String read(Path file, int mostBytes) throws UsageException {
        checkFolder(folderOf(file));
        check(file);
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(mostBytes + 1);
            if (bytes.length > mostBytes) {
                throw refused(file, "has more than " + mostBytes + " bytes", "make it smaller");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (UsageException e) {
            throw e;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Refuses a file that others can change. */
    static void check(Path file) throws UsageException {
        PosixFileAttributes is = attributes(file);
        if (is.isSymbolicLink()) {
            throw refused(
                    file,
                    "is a symbolic link, and what it leads to could change unseen",
                    "put the file itself there");
        }
        if (!is.isRegularFile()) {
            throw refused(file, "is no regular file", "put one there");
        }
        checkOwner(file, is);
    }

    /** Refuses a folder in which others can put another file under the same name. */
    static void checkFolder(Path folder) throws UsageException {
        PosixFileAttributes is = attributes(folder);
        if (!is.isDirectory()) {
            throw refused(folder, "is no folder, or a symbolic link to one", "make it a folder");
        }
        boolean isSticky;
        try {
            isSticky = ((int) Files.getAttribute(folder, "unix:mode") & STICKY) != 0;
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
        if (!isSticky) {
            checkOwner(folder, is);
        }
    }

    private static void checkOwner(Path file, PosixFileAttributes is) throws UsageException {
        if (!isOurs(file, is)) {
            throw refused(
                    file,
                    "belongs to %s, who could change it"
                            .formatted(Quoted.word(is.owner().getName())),
                    "take it over with chown if you trust it");
        }
        Set<PosixFilePermission> may = is.permissions();
        // Many systems give each user a group of the same name, and files that it may write.
        boolean isOwnGroup = is.group().getName().equals(is.owner().getName());
        if (may.contains(PosixFilePermission.OTHERS_WRITE)
                || (may.contains(PosixFilePermission.GROUP_WRITE) && !isOwnGroup)) {
            throw refused(file, "can be changed by other users", "run 'chmod go-w %s'");
        }
    }

    private static boolean isOurs(Path file, PosixFileAttributes is) throws UsageException {
        try {
            int uid = (int) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            return uid == 0 || is.owner().equals(me(file));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static UserPrincipal me(Path file) throws IOException {
        return Files.exists(SELF)
                ? Files.getOwner(SELF)
                : file.getFileSystem()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName(System.getProperty("user.name"));
    }

    private static PosixFileAttributes attributes(Path file) throws UsageException {
        try {
            return Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static Path folderOf(Path file) {
        return file.toAbsolutePath().normalize().resolveSibling("");
    }

    private static UsageException unreadable(Path file, IOException e) {
        return new UsageException(Quoted.word(file.toString()) + ": " + FileTrouble.why(e));
    }

    private static UsageException refused(Path file, String why, String todo) {
        String name = Quoted.word(file.toString());
        return new UsageException(
                "%s is not used, because it %s: %s".formatted(name, why, todo.formatted(name)));
    }
}
