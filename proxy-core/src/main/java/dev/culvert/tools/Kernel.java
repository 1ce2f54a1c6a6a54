package dev.culvert.tools;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/** The system calls of Linux for files by descriptor, which the JDK does not offer. */
/* Loaded when the first tool is configured, and not before: linking costs some milliseconds and a megabyte. */
final class Kernel {
    static final int READ_ONLY = 0;
    static final int WRITE_ONLY = 1;
    static final int CREATE = 0x40;
    static final int EXCLUSIVE = 0x80;
    static final int NO_TERMINAL = 0x100;
    static final int NON_BLOCKING = 0x800;
    static final int CLOSE_ON_EXEC = 0x80000;
    static final int PATH_ONLY = 0x200000;

    private static final boolean IS_ARM =
            System.getProperty("os.arch", "").toLowerCase(Locale.ROOT).equals("aarch64");

    /* These two differ between the architectures; see asm/fcntl.h. */
    static final int DIRECTORY = IS_ARM ? 0x4000 : 0x10000;
    static final int NO_FOLLOW = IS_ARM ? 0x8000 : 0x20000;

    static final long RESOLVE_NO_MAGICLINKS = 0x02;
    static final long RESOLVE_NO_SYMLINKS = 0x04;
    static final long RESOLVE_BENEATH = 0x08;

    private static final long CLOSE_RANGE = 436;
    private static final long CLOSE_RANGE_CLOEXEC = 4;
    private static final long OPENAT2 = 437;
    private static final long GETDENTS64 = IS_ARM ? 61 : 217;
    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int STATX_BASIC = 0x7ff;
    private static final int STATX_BYTES = 256;
    private static final int OPEN_HOW_BYTES = 24;

    /* In struct statx: */
    private static final int MODE = 28;
    private static final int SIZE = 40;

    private static final MethodHandle OPENAT =
            Calls.variadic("openat", 3, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle SYSCALL =
            Calls.variadic(
                    "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
    private static final MethodHandle STATX =
            Calls.link("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle PREAD =
            Calls.link("pread", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle WRITE =
            Calls.link("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle CLOSE = Calls.link("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle FSYNC = Calls.link("fsync", JAVA_INT, JAVA_INT);
    private static final MethodHandle FCHMOD = Calls.link("fchmod", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle MKDIRAT =
            Calls.link("mkdirat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle UNLINKAT =
            Calls.link("unlinkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle RENAMEAT =
            Calls.link("renameat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);

    private Kernel() {}

    /** Opens the directory at an absolute path, following symbolic links: it is configured. */
    static int openDirectory(String path) throws KernelException {
        return open(AT_FDCWD, path, PATH_ONLY | DIRECTORY | CLOSE_ON_EXEC, 0);
    }

    /** Opens an absolute path for its place alone. */
    static int openPath(String path) throws KernelException {
        return open(AT_FDCWD, path, PATH_ONLY | CLOSE_ON_EXEC, 0);
    }

    /** Opens one name in a directory; {@code flags} decide about symbolic links. */
    static int open(int directory, String name, int flags, int mode) throws KernelException {
        return (int)
                Calls.make(
                        "openat",
                        (state, arena) ->
                                (int)
                                        OPENAT.invokeExact(
                                                state,
                                                directory,
                                                arena.allocateFrom(name),
                                                flags,
                                                mode));
    }

    /** {@code openat2}. */
    static int openBeneath(int directory, String path, int flags, int mode, long resolve)
            throws KernelException {
        return (int)
                Calls.make(
                        "openat2",
                        (state, arena) -> {
                            MemorySegment how = arena.allocate(OPEN_HOW_BYTES, Long.BYTES);
                            how.set(JAVA_LONG, 0, Integer.toUnsignedLong(flags));
                            how.set(JAVA_LONG, 8, mode);
                            how.set(JAVA_LONG, 16, resolve);
                            return (long)
                                    SYSCALL.invokeExact(
                                            state,
                                            OPENAT2,
                                            (long) directory,
                                            arena.allocateFrom(path),
                                            how,
                                            (long) OPEN_HOW_BYTES);
                        });
    }

    static Stat stat(int descriptor) throws KernelException {
        return stat(descriptor, "", AT_EMPTY_PATH);
    }

    /** Of the name itself if it is a symbolic link. */
    static Stat stat(int directory, String name) throws KernelException {
        return stat(directory, name, AT_SYMLINK_NOFOLLOW);
    }

    private static Stat stat(int directory, String name, int flags) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment found = arena.allocate(STATX_BYTES, Long.BYTES);
            Calls.make(
                    "statx",
                    (state, names) ->
                            (int)
                                    STATX.invokeExact(
                                            state,
                                            directory,
                                            names.allocateFrom(name),
                                            flags,
                                            STATX_BASIC,
                                            found));
            return new Stat(
                    Short.toUnsignedInt(found.get(ValueLayout.JAVA_SHORT, MODE)),
                    found.get(JAVA_LONG, SIZE));
        }
    }

    /** Returns how many bytes were read into {@code bytes}; 0 at the end. */
    static int read(int descriptor, byte[] bytes, long position) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(bytes.length);
            int count =
                    (int)
                            Calls.make(
                                    "pread",
                                    (state, _) ->
                                            (long)
                                                    PREAD.invokeExact(
                                                            state,
                                                            descriptor,
                                                            buffer,
                                                            (long) bytes.length,
                                                            position));
            MemorySegment.copy(buffer, JAVA_BYTE, 0, bytes, 0, count);
            return count;
        }
    }

    /** Writes all of it. */
    static void write(int descriptor, byte[] bytes) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            int room = Math.clamp(bytes.length, 1, 64 << 10);
            MemorySegment buffer = arena.allocate(room);
            int done = 0;
            while (done < bytes.length) {
                int most = Math.min(room, bytes.length - done);
                MemorySegment.copy(bytes, done, buffer, JAVA_BYTE, 0, most);
                done +=
                        (int)
                                Calls.make(
                                        "write",
                                        (state, _) ->
                                                (long)
                                                        WRITE.invokeExact(
                                                                state,
                                                                descriptor,
                                                                buffer,
                                                                (long) most));
            }
        }
    }

    /** Fills {@code into} with entries of a directory; returns how many bytes, 0 after the last. */
    static int entries(int directory, MemorySegment into) throws KernelException {
        return (int)
                Calls.make(
                        "getdents64",
                        (state, _) ->
                                (long)
                                        SYSCALL.invokeExact(
                                                state,
                                                GETDENTS64,
                                                (long) directory,
                                                into,
                                                MemorySegment.ofAddress(into.byteSize()),
                                                0L));
    }

    /** No program that is started from now on inherits a descriptor from this one on. */
    static void closeOnExecFrom(int first) throws KernelException {
        Calls.make(
                "close_range",
                (state, _) ->
                        (long)
                                SYSCALL.invokeExact(
                                        state,
                                        CLOSE_RANGE,
                                        (long) first,
                                        MemorySegment.ofAddress(0xffff_ffffL),
                                        MemorySegment.ofAddress(CLOSE_RANGE_CLOEXEC),
                                        0L));
    }

    static void sync(int descriptor) throws KernelException {
        Calls.make("fsync", (state, _) -> (int) FSYNC.invokeExact(state, descriptor));
    }

    static void changeMode(int descriptor, int mode) throws KernelException {
        Calls.make("fchmod", (state, _) -> (int) FCHMOD.invokeExact(state, descriptor, mode));
    }

    static void makeDirectory(int directory, String name, int mode) throws KernelException {
        Calls.make(
                "mkdirat",
                (state, arena) ->
                        (int)
                                MKDIRAT.invokeExact(
                                        state, directory, arena.allocateFrom(name), mode));
    }

    static void remove(int directory, String name, boolean isDirectory) throws KernelException {
        int flags = isDirectory ? AT_REMOVEDIR : 0;
        Calls.make(
                "unlinkat",
                (state, arena) ->
                        (int)
                                UNLINKAT.invokeExact(
                                        state, directory, arena.allocateFrom(name), flags));
    }

    /** Within one directory. */
    static void rename(int directory, String from, String to) throws KernelException {
        Calls.make(
                "renameat",
                (state, arena) ->
                        (int)
                                RENAMEAT.invokeExact(
                                        state,
                                        directory,
                                        arena.allocateFrom(from),
                                        directory,
                                        arena.allocateFrom(to)));
    }

    /** Nothing can be done about a failure. */
    static void close(int descriptor) {
        try {
            Calls.make("close", (state, _) -> (int) CLOSE.invokeExact(state, descriptor));
        } catch (KernelException _) {
            // the descriptor is free all the same
        }
    }

    /** The name of an entry in what {@link #entries} filled. */
    static String name(MemorySegment entries, int at, int length) {
        byte[] name = entries.asSlice(at, length).toArray(JAVA_BYTE);
        int end = 0;
        while (end < name.length && name[end] != 0) {
            end++;
        }
        return new String(name, 0, end, UTF_8);
    }
}
