package dev.culvert.tools;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The system calls of Linux for processes, which the JDK does not offer. */
final class Processes {
    private static final int POSIX_SPAWN_SETSIGDEF = 0x04;
    private static final int POSIX_SPAWN_SETSIGMASK = 0x08;
    private static final int POSIX_SPAWN_SETSID = 0x80;

    /* The C libraries of Linux need less for each of these three. */
    private static final int ATTRIBUTES_BYTES = 512;
    private static final int ACTIONS_BYTES = 256;
    private static final int SIGNALS_BYTES = 128;

    private static final int FIRST_OTHER = 3;
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int KILL = 9;
    private static final int NO_HANG = 1;
    private static final short POLL_IN = 1;
    private static final short POLL_OUT = 4;
    private static final int POLL_BYTES = 8;
    private static final int SET_FLAGS = 4;
    private static final int CHILD_SUBREAPER = 36;

    /** A file in which there is nothing to read. */
    static final String NOTHING = "/dev/null";

    private static final MethodHandle SPAWN =
            Calls.link(
                    "posix_spawn", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle ATTRIBUTES_INIT =
            Calls.link("posix_spawnattr_init", JAVA_INT, ADDRESS);
    private static final MethodHandle ATTRIBUTES_FLAGS =
            Calls.link("posix_spawnattr_setflags", JAVA_INT, ADDRESS, JAVA_SHORT);
    private static final MethodHandle ATTRIBUTES_MASK =
            Calls.link("posix_spawnattr_setsigmask", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle ATTRIBUTES_DEFAULT =
            Calls.link("posix_spawnattr_setsigdefault", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle FILL_SIGNALS = Calls.link("sigfillset", JAVA_INT, ADDRESS);
    private static final MethodHandle ACTIONS_INIT =
            Calls.link("posix_spawn_file_actions_init", JAVA_INT, ADDRESS);
    private static final MethodHandle ACTIONS_DUP =
            Calls.link("posix_spawn_file_actions_adddup2", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle ACTIONS_OPEN =
            Calls.link(
                    "posix_spawn_file_actions_addopen",
                    JAVA_INT,
                    ADDRESS,
                    JAVA_INT,
                    ADDRESS,
                    JAVA_INT,
                    JAVA_INT);
    private static final MethodHandle ACTIONS_CHANGE =
            Calls.link("posix_spawn_file_actions_addfchdir_np", JAVA_INT, ADDRESS, JAVA_INT);
    /* Since glibc 2.34. */
    private static final @Nullable MethodHandle ACTIONS_CLOSE_FROM =
            Calls.linkIfThere(
                    "posix_spawn_file_actions_addclosefrom_np", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle ACTIONS_DESTROY =
            Calls.link("posix_spawn_file_actions_destroy", JAVA_INT, ADDRESS);
    private static final MethodHandle ATTRIBUTES_DESTROY =
            Calls.link("posix_spawnattr_destroy", JAVA_INT, ADDRESS);
    private static final MethodHandle PIPE = Calls.link("pipe2", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle POLL =
            Calls.link("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle READ =
            Calls.link("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle WAIT =
            Calls.link("waitpid", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SEND = Calls.link("kill", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle WRITE =
            Calls.link("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle FLAGS =
            Calls.variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle CONTROL =
            Calls.variadic(
                    "prctl", 1, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    /** The two ends of a pipe. */
    record Pipe(int out, int in) {
        void close() {
            Kernel.close(out);
            Kernel.close(in);
        }
    }

    /**
     * What a program has open from its start.
     *
     * @param directory a descriptor of the directory in which it works
     * @param input the path of the file that it reads; not used if there is a pipe
     * @param pipe the reading end of a pipe that it reads; negative if there is none
     * @param output the writing end of a pipe
     * @param errors the same for its errors
     */
    /* Has no parts of other types: the thread that starts a program can load no class. */
    record Open(int directory, String input, int pipe, int output, int errors) {
        /** It reads a file, and its errors go where its output goes. */
        Open(int directory, String input, int output) {
            this(directory, input, -1, output, output);
        }
    }

    private Processes() {}

    /** Loads what is used by a thread that is confined and can load nothing. */
    static void load() {
        var _ = new KernelException("posix_spawn", 0);
    }

    /** Processes that lose their parent become children of this one, so that none gets away. */
    static void adoptOrphans() throws KernelException {
        control(CHILD_SUBREAPER, 1, 0);
    }

    static void control(int option, long first, long second) throws KernelException {
        Calls.make(
                "prctl",
                (state, _) -> (int) CONTROL.invokeExact(state, option, first, second, 0L, 0L));
    }

    /** Neither end is inherited, unless it is given to a program. */
    static Pipe pipe() throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(JAVA_INT, 2);
            Calls.make("pipe2", (state, _) -> (int) PIPE.invokeExact(state, ends, CLOSE_ON_EXEC));
            return new Pipe(ends.get(JAVA_INT, 0), ends.get(JAVA_INT, Integer.BYTES));
        }
    }

    /**
     * Starts a program in a session of its own. It inherits how this thread is confined.
     *
     * @param program an absolute path, or one relative to the working directory
     * @param files its working directory, and what it reads and writes
     */
    static int spawn(String program, List<String> argv, List<String> environment, Open files)
            throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment actions = arena.allocate(ACTIONS_BYTES, Long.BYTES);
            MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, Long.BYTES);
            MemorySegment signals = arena.allocate(SIGNALS_BYTES, Long.BYTES);
            MemorySegment pid = arena.allocate(JAVA_INT);
            check(ACTIONS_INIT, actions);
            check(ATTRIBUTES_INIT, attributes);
            try {
                if (files.pipe() < 0) {
                    checked(
                            "posix_spawn_file_actions_addopen",
                            (state, _) ->
                                    (int)
                                            ACTIONS_OPEN.invokeExact(
                                                    state,
                                                    actions,
                                                    0,
                                                    arena.allocateFrom(files.input()),
                                                    Kernel.READ_ONLY,
                                                    0));
                } else {
                    give(actions, files.pipe(), 0);
                }
                give(actions, files.output(), 1);
                give(actions, files.errors(), 2);
                checked(
                        "posix_spawn_file_actions_addfchdir_np",
                        (state, _) ->
                                (int)
                                        ACTIONS_CHANGE.invokeExact(
                                                state, actions, files.directory()));
                closeOthers(actions);
                checked(
                        "posix_spawnattr_setsigmask",
                        (state, _) ->
                                (int) ATTRIBUTES_MASK.invokeExact(state, attributes, signals));
                check(FILL_SIGNALS, signals);
                checked(
                        "posix_spawnattr_setsigdefault",
                        (state, _) ->
                                (int) ATTRIBUTES_DEFAULT.invokeExact(state, attributes, signals));
                short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
                checked(
                        "posix_spawnattr_setflags",
                        (state, _) -> (int) ATTRIBUTES_FLAGS.invokeExact(state, attributes, flags));
                MemorySegment path = arena.allocateFrom(program);
                MemorySegment arguments = texts(argv, arena);
                MemorySegment variables = texts(environment, arena);
                checked(
                        "posix_spawn",
                        (state, _) ->
                                (int)
                                        SPAWN.invokeExact(
                                                state,
                                                pid,
                                                path,
                                                actions,
                                                attributes,
                                                arguments,
                                                variables));
                return pid.get(JAVA_INT, 0);
            } finally {
                check(ACTIONS_DESTROY, actions);
                check(ATTRIBUTES_DESTROY, attributes);
            }
        }
    }

    private static void give(MemorySegment actions, int source, int target) throws KernelException {
        checked(
                "posix_spawn_file_actions_adddup2",
                (state, _) -> (int) ACTIONS_DUP.invokeExact(state, actions, source, target));
    }

    /** The program inherits nothing else: no socket of this process, which is not for it. */
    private static void closeOthers(MemorySegment actions) throws KernelException {
        MethodHandle closeFrom = ACTIONS_CLOSE_FROM;
        if (closeFrom != null) {
            checked(
                    "posix_spawn_file_actions_addclosefrom_np",
                    (state, _) -> (int) closeFrom.invokeExact(state, actions, FIRST_OTHER));
        } else {
            Kernel.closeOnExecFrom(FIRST_OTHER);
        }
    }

    private static void check(MethodHandle function, MemorySegment of) throws KernelException {
        checked("posix_spawn", (state, _) -> (int) function.invokeExact(state, of));
    }

    /** These return the error number. */
    private static void checked(String name, Calls.Call call) throws KernelException {
        long errno = Calls.make(name, call);
        if (errno != 0) {
            throw new KernelException(name, (int) errno);
        }
    }

    private static MemorySegment texts(List<String> texts, Arena arena) {
        MemorySegment all = arena.allocate(ADDRESS, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            all.setAtIndex(ADDRESS, i, arena.allocateFrom(texts.get(i)));
        }
        return all;
    }

    /** Waits for something to read; returns whether there is something, or the end. */
    static boolean awaitInput(int descriptor, int millis) throws KernelException {
        return await(POLL_IN, millis, descriptor)[0];
    }

    /** The same for two; says for each whether there is something. */
    static boolean[] awaitInput(int first, int second, int millis) throws KernelException {
        return await(POLL_IN, millis, first, second);
    }

    /** Waits until something can be written, or nobody can read it any more. */
    static boolean awaitRoom(int descriptor, int millis) throws KernelException {
        return await(POLL_OUT, millis, descriptor)[0];
    }

    private static boolean[] await(short what, int millis, int... descriptors)
            throws KernelException {
        boolean[] ready = new boolean[descriptors.length];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment wanted = arena.allocate((long) POLL_BYTES * ready.length, 8);
            for (int i = 0; i < ready.length; i++) {
                wanted.set(JAVA_INT, (long) POLL_BYTES * i, descriptors[i]);
                wanted.set(JAVA_SHORT, (long) POLL_BYTES * i + 4, what);
            }
            long count = ready.length;
            Calls.make("poll", (state, _) -> (int) POLL.invokeExact(state, wanted, count, millis));
            for (int i = 0; i < ready.length; i++) {
                ready[i] = wanted.get(JAVA_SHORT, (long) POLL_BYTES * i + 6) != 0;
            }
        }
        return ready;
    }

    /**
     * From now on, nothing blocks that writes there; only for an end of which nobody else knows.
     */
    static void neverBlock(int descriptor) throws KernelException {
        Calls.make(
                "fcntl",
                (state, _) ->
                        (int)
                                FLAGS.invokeExact(
                                        state,
                                        descriptor,
                                        SET_FLAGS,
                                        Kernel.WRITE_ONLY | Kernel.NON_BLOCKING));
    }

    /** Returns how many bytes were written; throws if there is no room for any. */
    static int write(int descriptor, byte[] bytes, int from, int most) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            int length = Math.min(most, bytes.length - from);
            MemorySegment buffer = arena.allocate(length);
            MemorySegment.copy(bytes, from, buffer, JAVA_BYTE, 0, length);
            return (int)
                    Calls.make(
                            "write",
                            (state, _) ->
                                    (long)
                                            WRITE.invokeExact(
                                                    state, descriptor, buffer, (long) length));
        }
    }

    /** Returns how many bytes were read; 0 at the end. Blocks while there are none. */
    static int read(int descriptor, byte[] into) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(into.length);
            int count =
                    (int)
                            Calls.make(
                                    "read",
                                    (state, _) ->
                                            (long)
                                                    READ.invokeExact(
                                                            state,
                                                            descriptor,
                                                            buffer,
                                                            (long) into.length));
            MemorySegment.copy(buffer, JAVA_BYTE, 0, into, 0, count);
            return count;
        }
    }

    /** The exit status, as a shell gives it; -1 while the child runs. Throws if it is no child. */
    static int status(int pid) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            long ended =
                    Calls.make(
                            "waitpid",
                            (state, _) -> (int) WAIT.invokeExact(state, pid, status, NO_HANG));
            if (ended == 0) {
                return -1;
            }
            int word = status.get(JAVA_INT, 0);
            int signal = word & 0x7f;
            return signal == 0 ? (word >> 8) & 0xff : 128 + signal;
        }
    }

    /**
     * Kills a process, or with a negative number the group of that process.
     *
     * @param pid never 0 or -1, which mean many processes to the kernel, nor the first process
     * @return whether there was one
     */
    static boolean kill(int pid) {
        if (pid >= -1 && pid <= 1) {
            throw new IllegalArgumentException("process " + pid + " is not of a tool");
        }
        try {
            Calls.make("kill", (state, _) -> (int) SEND.invokeExact(state, pid, KILL));
            return true;
        } catch (KernelException _) {
            return false;
        }
    }
}
