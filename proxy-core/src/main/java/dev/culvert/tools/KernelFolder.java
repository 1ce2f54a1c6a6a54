package dev.culvert.tools;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** A directory by its descriptor, on Linux. */
final class KernelFolder implements Folder {
    private static final int MOST_TRIES = 16;
    private static final int FILE_MODE = 0644;
    private static final int DIRECTORY_MODE = 0755;

    private static final int PLACE = Kernel.PATH_ONLY | Kernel.DIRECTORY | Kernel.CLOSE_ON_EXEC;
    private static final int LIST = Kernel.READ_ONLY | Kernel.DIRECTORY | Kernel.CLOSE_ON_EXEC;
    private static final int READ =
            Kernel.READ_ONLY
                    | Kernel.NON_BLOCKING
                    | Kernel.NO_TERMINAL
                    | Kernel.CLOSE_ON_EXEC
                    | Kernel.NO_FOLLOW;
    private static final int NEW =
            Kernel.WRITE_ONLY
                    | Kernel.CREATE
                    | Kernel.EXCLUSIVE
                    | Kernel.NO_FOLLOW
                    | Kernel.CLOSE_ON_EXEC;

    /* No symbolic link at all, rather than none that leads out: a policy has judged the path as it is spelled. */
    private static final long BENEATH =
            Kernel.RESOLVE_BENEATH | Kernel.RESOLVE_NO_MAGICLINKS | Kernel.RESOLVE_NO_SYMLINKS;

    /* In struct linux_dirent64: */
    private static final int ENTRY_LENGTH = 16;
    private static final int ENTRY_NAME = 19;
    private static final int ENTRIES_BYTES = 32 << 10;

    private final int descriptor;
    private final boolean atOnce;

    private KernelFolder(int descriptor, boolean atOnce) {
        this.descriptor = descriptor;
        this.atOnce = atOnce;
    }

    /**
     * Opens the directory at an absolute path, following symbolic links: it is configured.
     *
     * @param atOnce whether by {@code openat2}, rather than name by name
     */
    static KernelFolder at(String place, boolean atOnce) throws KernelException {
        return new KernelFolder(Kernel.openDirectory(place), atOnce);
    }

    /** Whether {@code openat2} works here. */
    static boolean canAtOnce() {
        try {
            int root = Kernel.openDirectory("/");
            try {
                Kernel.close(atOnce(root, ".", PLACE));
                return true;
            } finally {
                Kernel.close(root);
            }
        } catch (KernelException e) {
            return false; // ENOSYS, or EPERM from a seccomp filter that does not know it
        }
    }

    /** A descriptor of a directory beneath this one, which the caller closes. */
    int descriptor(WorkPath path) throws KernelException {
        return atOnce ? atOnce(descriptor, path.toString(), PLACE) : stepByStep(path);
    }

    private static int atOnce(int directory, String path, int flags) throws KernelException {
        for (int tries = 0; ; tries++) {
            try {
                return Kernel.openBeneath(directory, path, flags, 0, BENEATH);
            } catch (KernelException e) {
                if (e.errno() != Errno.EAGAIN || tries == MOST_TRIES) { // something was renamed
                    throw e;
                }
            }
        }
    }

    private int stepByStep(WorkPath path) throws KernelException {
        int at = Kernel.open(descriptor, ".", PLACE, 0);
        for (String name : path.names()) {
            try {
                int next = Kernel.open(at, name, PLACE | Kernel.NO_FOLLOW, 0);
                Kernel.close(at);
                at = next;
            } catch (KernelException e) {
                Kernel.close(at);
                throw e;
            }
        }
        return at;
    }

    @Override
    public Folder folder(WorkPath path) throws KernelException {
        return new KernelFolder(descriptor(path), atOnce);
    }

    @Override
    public Stat stat(String name) throws KernelException {
        return Kernel.stat(descriptor, name);
    }

    @Override
    public Content open(String name, Look mustBe) throws KernelException, ToolException {
        mustBe.at(stat(name));
        int file = atOnce ? atOnce(descriptor, name, READ) : Kernel.open(descriptor, name, READ, 0);
        boolean wanted = false;
        try {
            mustBe.at(Kernel.stat(file));
            wanted = true;
            return new OpenFile(file);
        } finally {
            if (!wanted) {
                Kernel.close(file);
            }
        }
    }

    private record OpenFile(int descriptor) implements Content {
        @Override
        public int read(byte[] piece, long position) throws KernelException {
            return Kernel.read(descriptor, piece, position);
        }

        @Override
        public void close() {
            Kernel.close(descriptor);
        }
    }

    @Override
    public void create(String name, byte[] content, int permissions) throws KernelException {
        int file = Kernel.open(descriptor, name, NEW, FILE_MODE);
        try {
            Kernel.write(file, content);
            if (permissions != FILE_MODE) {
                Kernel.changeMode(file, permissions);
            }
            Kernel.sync(file);
        } finally {
            Kernel.close(file);
        }
    }

    @Override
    public void rename(String from, String to) throws KernelException {
        Kernel.rename(descriptor, from, to);
    }

    @Override
    public void remove(String name) throws KernelException {
        Kernel.remove(descriptor, name, false);
    }

    @Override
    public void makeFolder(String name) throws KernelException {
        try {
            Kernel.makeDirectory(descriptor, name, DIRECTORY_MODE);
        } catch (KernelException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    @Override
    public Entries list(int most) throws KernelException {
        int directory = Kernel.open(descriptor, ".", LIST, 0);
        try {
            return list(directory, most);
        } finally {
            Kernel.close(directory);
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
                        return new Entries(found, true);
                    }
                    look(directory, name, found);
                }
            }
        }
        return new Entries(found, false);
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

    @Override
    public void close() {
        Kernel.close(descriptor);
    }
}
