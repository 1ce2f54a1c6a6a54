package dev.culvert.tools;

import dev.culvert.io.Quoted;
import dev.culvert.tools.Kernel.Stat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
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

    /** One name in a directory. */
    record Entry(String name, Stat stat) {}

    /**
     * @param more whether there were more than were asked for
     */
    record Entries(List<Entry> entries, boolean more) {
        Entries {
            entries = List.copyOf(entries);
        }
    }

    private static final int FILE_MODE = 0644;
    private static final int DIRECTORY_MODE = 0755;
    private static final int PERMISSIONS = 0777;

    /* In struct linux_dirent64: */
    private static final int ENTRY_LENGTH = 16;
    private static final int ENTRY_NAME = 19;
    private static final int ENTRIES_BYTES = 32 << 10;
    private static final int PIECE_BYTES = 64 << 10;

    /* Of its own, because it needs the kernel's calls: this class can be asked for on every system. */
    private static final class Flags {
        static final int READ =
                Kernel.READ_ONLY
                        | Kernel.NON_BLOCKING
                        | Kernel.NO_TERMINAL
                        | Kernel.CLOSE_ON_EXEC
                        | Kernel.NO_FOLLOW;
        static final int LIST = Kernel.READ_ONLY | Kernel.DIRECTORY | Kernel.CLOSE_ON_EXEC;
        static final int PARENT = Kernel.PATH_ONLY | Kernel.DIRECTORY | Kernel.CLOSE_ON_EXEC;
        static final int NEW =
                Kernel.WRITE_ONLY
                        | Kernel.CREATE
                        | Kernel.EXCLUSIVE
                        | Kernel.NO_FOLLOW
                        | Kernel.CLOSE_ON_EXEC;

        private Flags() {}
    }

    private final String place;
    private final int root;
    private final Opener opener;
    private final SplittableRandom random = new SplittableRandom();

    private WorkTree(String place, int root, Opener opener) {
        this.place = place;
        this.root = root;
        this.opener = opener;
    }

    /**
     * Opens the directory, which must exist.
     *
     * @param directory an absolute path, which may lead through symbolic links
     */
    public static WorkTree open(Path directory) throws IOException {
        if (!Support.isHere()) {
            throw new IOException("tools need Linux, and this is " + System.getProperty("os.name"));
        }
        Path place = directory.toAbsolutePath().normalize();
        try {
            int root = Kernel.openDirectory(place.toString());
            return new WorkTree(place.toString(), root, Opener.here(root));
        } catch (KernelException e) {
            throw new IOException(place + " " + Errno.clause(e.errno()), e);
        }
    }

    /** The same directory, opened by itself in the given way. */
    WorkTree with(Opener way) throws IOException {
        try {
            return new WorkTree(place, Kernel.openDirectory(place), way);
        } catch (KernelException e) {
            throw new IOException(place + " " + Errno.clause(e.errno()), e);
        }
    }

    /** The absolute path of the directory. */
    public String place() {
        return place;
    }

    /** Whether the kernel itself checks each step of a path ({@code openat2}). */
    public boolean isCheckedByTheKernel() {
        return opener == Opener.AT_ONCE;
    }

    WorkPath path(String given) throws ToolException {
        return WorkPath.of(given, place);
    }

    /** Reads a file from its beginning, for as long as {@code taker} wants more. */
    void read(WorkPath path, Taker taker) throws ToolException {
        if (path.isRoot()) {
            throw new ToolException("'.' is a directory; use list_dir");
        }
        int file = openFile(path);
        try {
            byte[] piece = new byte[PIECE_BYTES];
            long position = 0;
            for (int count; (count = Kernel.read(file, piece, position)) > 0; ) {
                position += count;
                if (!taker.take(piece, count)) {
                    return;
                }
            }
        } catch (KernelException e) {
            throw trouble(path, e);
        } finally {
            Kernel.close(file);
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
        try {
            int parent = opener.open(root, path.parent(), Flags.PARENT, 0);
            try {
                return Kernel.stat(parent, path.last()).size();
            } finally {
                Kernel.close(parent);
            }
        } catch (KernelException e) {
            if (e.errno() == Errno.ENOENT) {
                return -1;
            }
            throw trouble(path, e);
        }
    }

    /* Looked at before it is opened, because opening a device may do something; and looked at again after. */
    private int openFile(WorkPath path) throws ToolException {
        try {
            int parent = opener.open(root, path.parent(), Flags.PARENT, 0);
            try {
                mustBeRegular(path, Kernel.stat(parent, path.last()));
                int file = opener.open(parent, new WorkPath(List.of(path.last())), Flags.READ, 0);
                boolean regular = false;
                try {
                    mustBeRegular(path, Kernel.stat(file));
                    regular = true;
                    return file;
                } finally {
                    if (!regular) {
                        Kernel.close(file);
                    }
                }
            } finally {
                Kernel.close(parent);
            }
        } catch (KernelException e) {
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
        try {
            int parent = openOrMake(path.parent());
            try {
                writeIn(parent, path, content);
            } finally {
                Kernel.close(parent);
            }
        } catch (KernelException e) {
            throw trouble(path, e);
        }
    }

    private void writeIn(int parent, WorkPath path, byte[] content)
            throws KernelException, ToolException {
        int mode = FILE_MODE;
        try {
            Stat old = Kernel.stat(parent, path.last());
            mustBeRegular(path, old);
            mode = old.mode() & PERMISSIONS;
        } catch (KernelException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
        String fresh = ".culvert-" + HexFormat.of().toHexDigits(nextRandom()) + ".tmp";
        int file = Kernel.open(parent, fresh, Flags.NEW, FILE_MODE);
        boolean renamed = false;
        try {
            try {
                Kernel.write(file, content);
                if (mode != FILE_MODE) {
                    Kernel.changeMode(file, mode);
                }
                Kernel.sync(file);
            } finally {
                Kernel.close(file);
            }
            Kernel.rename(parent, fresh, path.last());
            renamed = true;
        } finally {
            if (!renamed) {
                remove(parent, fresh);
            }
        }
    }

    private static void remove(int parent, String name) {
        try {
            Kernel.remove(parent, name, false);
        } catch (KernelException _) {
            // what matters is why the file could not be written
        }
    }

    private synchronized long nextRandom() {
        return random.nextLong();
    }

    private int openOrMake(WorkPath directory) throws KernelException {
        try {
            return opener.open(root, directory, Flags.PARENT, 0);
        } catch (KernelException e) {
            if (e.errno() != Errno.ENOENT || directory.isRoot()) {
                throw e;
            }
        }
        int above = openOrMake(directory.parent());
        try {
            Kernel.makeDirectory(above, directory.last(), DIRECTORY_MODE);
        } catch (KernelException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        } finally {
            Kernel.close(above);
        }
        return opener.open(root, directory, Flags.PARENT, 0);
    }

    /** A descriptor of a directory, which the caller closes. */
    int descriptor(WorkPath path) throws ToolException {
        try {
            return opener.open(root, path, Flags.PARENT, 0);
        } catch (KernelException e) {
            throw trouble(path, e);
        }
    }

    /** At most {@code most} entries, by name. */
    Entries list(WorkPath path, int most) throws ToolException {
        try {
            int directory = opener.open(root, path, Flags.LIST, 0);
            try {
                return list(directory, most);
            } finally {
                Kernel.close(directory);
            }
        } catch (KernelException e) {
            throw trouble(path, e);
        }
    }

    private static Entries list(int directory, int most) throws KernelException {
        List<Entry> found = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment page = arena.allocate(ENTRIES_BYTES, Long.BYTES);
            for (int bytes; (bytes = Kernel.entries(directory, page)) > 0; ) {
                int at = 0;
                while (at < bytes) {
                    int length =
                            Short.toUnsignedInt(
                                    page.get(
                                            ValueLayout.JAVA_SHORT_UNALIGNED,
                                            (long) at + ENTRY_LENGTH));
                    String name = Kernel.name(page, at + ENTRY_NAME, length - ENTRY_NAME);
                    at += length;
                    if (name.equals(".") || name.equals("..")) {
                        continue;
                    }
                    if (found.size() == most) {
                        return sorted(found, true);
                    }
                    look(directory, name, found);
                }
            }
        }
        return sorted(found, false);
    }

    private static void look(int directory, String name, List<Entry> found) throws KernelException {
        try {
            found.add(new Entry(name, Kernel.stat(directory, name)));
        } catch (KernelException e) {
            if (e.errno() != Errno.ENOENT) { // it was removed meanwhile, or its name is not UTF-8
                throw e;
            }
        }
    }

    private static Entries sorted(List<Entry> found, boolean more) {
        found.sort(Comparator.comparing(Entry::name));
        return new Entries(found, more);
    }

    private ToolException trouble(WorkPath path, KernelException e) {
        return new ToolException(quoted(path) + " " + Errno.clause(e.errno()), e);
    }

    private static String quoted(WorkPath path) {
        return "'" + Quoted.word(path.toString()) + "'";
    }

    @Override
    public void close() {
        Kernel.close(root);
    }

    @Override
    public String toString() {
        return place;
    }
}
