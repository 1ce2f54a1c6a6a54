package dev.culvert.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/** Writes files that only their owner may read, because they contain keys. Blocks. */
public final class OwnerOnly {
    private static final FileAttribute<?> DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<StandardOpenOption> FRESH =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private static final Set<StandardOpenOption> KEPT =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);

    private static final Set<PosixFilePermission> OF_THE_OWNER =
            PosixFilePermissions.fromString("rwx------");

    private static final Path SELF = Path.of("/proc/self");

    /** How the name of a file ends that was not written to its end. */
    public static final String UNFINISHED = ".new";

    private OwnerOnly() {}

    /**
     * Whether users may read {@code file} who neither own it nor belong to its group; true also if
     * nobody can tell.
     */
    public static boolean isOpenToOthers(Path file) {
        try {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException | UnsupportedOperationException _) {
            return true;
        }
    }

    /**
     * Whether others than the owner of {@code file} may read or change it; true also if nobody can
     * tell. The group of a file of root's may read it, unless this user is root: that is how root
     * gives a user a key, and how systemd gives a service its credentials.
     */
    public static boolean isShared(Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            boolean isGiven = isOfRoot(file) && !Files.getOwner(file).equals(me(file));
            return isShared(permissions, isGiven);
        } catch (IOException | UnsupportedOperationException _) {
            return true;
        }
    }

    /**
     * The same of a file with these permissions.
     *
     * @param isGiven whether it belongs to root, who is not this user
     */
    static boolean isShared(Set<PosixFilePermission> permissions, boolean isGiven) {
        return permissions.stream()
                .anyMatch(it ->
                        !OF_THE_OWNER.contains(it)
                                && !(isGiven && it == PosixFilePermission.GROUP_READ));
    }

    /** Whether {@code file} belongs to a user who is neither this one nor root. */
    public static boolean isOfAnotherUser(Path file) throws IOException {
        return !isOfRoot(file) && !Files.getOwner(file).equals(me(file));
    }

    private static boolean isOfRoot(Path file) throws IOException {
        return Files.getAttribute(file, "unix:uid").equals(0);
    }

    private static UserPrincipal me(Path file) throws IOException {
        return Files.exists(SELF)
                ? Files.getOwner(SELF)
                : file.getFileSystem()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName(System.getProperty("user.name"));
    }

    /** Creates the directory and its parents, if they are missing. */
    public static void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory.toAbsolutePath(), DIRECTORY);
    }

    /** Opens a file for reading and writing; creates it if it is missing. */
    public static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, KEPT, FILE);
    }

    /**
     * Gives {@code file} to the owner of its directory, as far as this user may: a command of root
     * writes for a service that runs as another user.
     */
    public static void giveToOwnerOfFolder(Path file) throws IOException {
        UserPrincipal owner = Files.getOwner(file.toAbsolutePath().getParent());
        if (!owner.equals(Files.getOwner(file))) {
            Files.setOwner(file, owner);
        }
    }

    /** Replaces {@code file} as a whole or not at all, and creates its directory if needed. */
    public static void write(Path file, ByteBuffer bytes) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent(), DIRECTORY);
        Path fresh = file.resolveSibling(file.getFileName() + UNFINISHED);
        Files.deleteIfExists(fresh); // or it would keep its old permissions
        try (FileChannel channel = FileChannel.open(fresh, FRESH, FILE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
