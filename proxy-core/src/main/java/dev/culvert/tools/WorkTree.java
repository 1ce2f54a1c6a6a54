package dev.culvert.tools;

import dev.culvert.io.Quoted;
import dev.culvert.tools.Folder.Content;
import dev.culvert.tools.Folder.Entries;
import dev.culvert.tools.Folder.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.SplittableRandom;

/**
 * The files beneath one directory, all by descriptor: nothing outside of it can be reached,
 * whatever the names are and whoever renames things meanwhile. Only regular files are read or
 * written. Safe for all threads.
 */
public final class WorkTree implements AutoCloseable {
    /** Takes a file piece by piece. */
    interface Taker {
        /** Borrows {@code piece}, of which {@code length} bytes count. False if it has enough. */
        boolean take(byte[] piece, int length) throws ToolException;
    }

    private static final int FILE_MODE = 0644;
    private static final int PIECE_BYTES = 64 << 10;

    private final String place;
    private final Folder root;
    private final Opener opener;
    private final SplittableRandom random = new SplittableRandom();

    private WorkTree(String place, Folder root, Opener opener) {
        this.place = place;
        this.root = root;
        this.opener = opener;
    }

    /**
     * Opens the directory, which must exist, in the best way that this system has.
     *
     * @param directory an absolute path, which may lead through symbolic links
     */
    public static WorkTree open(Path directory) throws IOException {
        return open(directory, Opener.here());
    }

    static WorkTree open(Path directory, Opener opener) throws IOException {
        Path place = directory.toAbsolutePath().normalize();
        Folder root =
                switch (opener) {
                    case AT_ONCE -> kernelFolder(place.toString(), true);
                    case STEP_BY_STEP -> kernelFolder(place.toString(), false);
                    case BY_STREAMS -> StreamFolder.at(place);
                };
        return new WorkTree(place.toString(), root, opener);
    }

    private static Folder kernelFolder(String place, boolean atOnce) throws IOException {
        try {
            return KernelFolder.at(place, atOnce);
        } catch (KernelException e) {
            throw new IOException(place + " " + e.clause(), e);
        }
    }

    /** The absolute path of the directory. */
    public String place() {
        return place;
    }

    public Opener opener() {
        return opener;
    }

    /** Whether programs can be started in it: where the calls of Linux can confine them. */
    public boolean isForPrograms() {
        return opener != Opener.BY_STREAMS;
    }

    WorkPath path(String given) throws ToolException {
        return WorkPath.of(given, place);
    }

    /** Reads a file from its beginning, for as long as {@code taker} wants more. */
    void read(WorkPath path, Taker taker) throws ToolException {
        if (path.isRoot()) {
            throw new ToolException("'.' is a directory; use list_dir");
        }
        try (Content file = content(path)) {
            byte[] piece = new byte[PIECE_BYTES];
            long position = 0;
            for (int count; (count = file.read(piece, position)) > 0; ) {
                position += count;
                if (!taker.take(piece, count)) {
                    return;
                }
            }
        } catch (KernelException e) {
            throw trouble(path, e);
        }
    }

    private Content content(WorkPath path) throws KernelException, ToolException {
        try (Folder parent = root.folder(path.parent())) {
            return parent.open(path.last(), it -> mustBeRegular(path, it));
        }
    }

    /** Reads a whole file that has at most {@code most} bytes. */
    byte[] read(WorkPath path, long most) throws ToolException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        read(
                path,
                (piece, length) -> {
                    if (all.size() + (long) length > most) {
                        throw new ToolException(quoted(path) + " has more than " + most + " bytes");
                    }
                    all.write(piece, 0, length);
                    return true;
                });
        return all.toByteArray();
    }

    /** The size of a file; -1 where there is none. */
    long size(WorkPath path) throws ToolException {
        if (path.isRoot()) {
            return -1;
        }
        try (Folder parent = root.folder(path.parent())) {
            return parent.stat(path.last()).size();
        } catch (KernelException e) {
            if (e.errno() == Errno.ENOENT) {
                return -1;
            }
            throw trouble(path, e);
        }
    }

    private static void mustBeRegular(WorkPath path, Stat stat) throws ToolException {
        if (stat.isDirectory()) {
            throw new ToolException(quoted(path) + " is a directory; use list_dir");
        }
        if (!stat.isRegular()) {
            throw new ToolException(
                    quoted(path) + " is " + stat.kind() + "; tools use only regular files");
        }
    }

    /**
     * Writes a file as a whole: a reader finds the old content or the new one. Keeps the
     * permissions of an old file. Makes directories that are missing. A file with several names
     * gets a new content under this name only.
     */
    /* The rename puts a new file in the place of the name. So what a hard link outside of the directory shows stays as
     * it was, and whatever is under the name, it is not opened for writing. */
    void write(WorkPath path, byte[] content) throws ToolException {
        if (path.isRoot()) {
            throw new ToolException("'.' is a directory");
        }
        try (Folder parent = folderOrMake(path.parent())) {
            writeIn(parent, path, content);
        } catch (KernelException e) {
            throw trouble(path, e);
        }
    }

    private void writeIn(Folder parent, WorkPath path, byte[] content)
            throws KernelException, ToolException {
        int permissions = FILE_MODE;
        try {
            Stat old = parent.stat(path.last());
            mustBeRegular(path, old);
            permissions = old.permissions();
        } catch (KernelException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
        String fresh = ".culvert-" + HexFormat.of().toHexDigits(nextRandom()) + ".tmp";
        boolean renamed = false;
        try {
            parent.create(fresh, content, permissions);
            parent.rename(fresh, path.last());
            renamed = true;
        } finally {
            if (!renamed) {
                remove(parent, fresh);
            }
        }
    }

    private static void remove(Folder parent, String name) {
        try {
            parent.remove(name);
        } catch (KernelException _) {
            // what matters is why the file could not be written
        }
    }

    private synchronized long nextRandom() {
        return random.nextLong();
    }

    private Folder folderOrMake(WorkPath directory) throws KernelException {
        try {
            return root.folder(directory);
        } catch (KernelException e) {
            if (e.errno() != Errno.ENOENT || directory.isRoot()) {
                throw e;
            }
        }
        try (Folder above = folderOrMake(directory.parent())) {
            above.makeFolder(directory.last());
        }
        return root.folder(directory);
    }

    /** A descriptor of a directory, which the caller closes, to start a program in it. */
    int descriptor(WorkPath path) throws ToolException {
        try {
            return switch (root) {
                case KernelFolder folder -> folder.descriptor(path);
                case StreamFolder _ -> throw new ToolException(Support.NO_PROGRAMS);
            };
        } catch (KernelException e) {
            throw trouble(path, e);
        }
    }

    /** At most {@code most} entries, by name. */
    Entries list(WorkPath path, int most) throws ToolException {
        try (Folder folder = root.folder(path)) {
            Entries found = folder.list(most);
            return new Entries(
                    found.entries().stream().sorted(Comparator.comparing(Entry::name)).toList(),
                    found.more());
        } catch (KernelException e) {
            throw trouble(path, e);
        }
    }

    private ToolException trouble(WorkPath path, KernelException e) {
        return new ToolException(quoted(path) + " " + e.clause(), e);
    }

    private static String quoted(WorkPath path) {
        return "'" + Quoted.word(path.toString()) + "'";
    }

    @Override
    public void close() {
        root.close();
    }

    @Override
    public String toString() {
        return place;
    }
}
