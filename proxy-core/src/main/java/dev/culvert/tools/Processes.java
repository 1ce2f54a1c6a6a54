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

/** The system calls of Linux for processes, which the JDK does not offer. */
final class Processes {
    private static final int POSIX_SPAWN_SETSIGDEF = 0x04;
    private static final int POSIX_SPAWN_SETSIGMASK = 0x08;
    private static final int POSIX_SPAWN_SETSID = 0x80;

    /* The C libraries of Linux need less for each of these three. */
    private static final int ATTRIBUTES_BYTES = 512;
    private static final int ACTIONS_BYTES = 256;
    private static final int SIGNALS_BYTES = 128;

    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int KILL = 9;
    private static final int NO_HANG = 1;
    private static final short POLL_IN = 1;
    private static final int CHILD_SUBREAPER = 36;
    private static final String DEV_NULL = "/dev/null";

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

    private Processes() {}

    /** Loads this class, before a thread is confined and can load nothing. */
    static void load() {}

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
     * Starts a program in a session of its own, with nothing to read, and with both outputs in one
     * pipe. It inherits how this thread is confined.
     *
     * @param program an absolute path, or one relative to the working directory
     * @param directory a descriptor
     * @param output the writing end
     */
    static int spawn(
            String program, List<String> argv, List<String> environment, int directory, int output)
            throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment actions = arena.allocate(ACTIONS_BYTES, Long.BYTES);
            MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, Long.BYTES);
            MemorySegment signals = arena.allocate(SIGNALS_BYTES, Long.BYTES);
            MemorySegment pid = arena.allocate(JAVA_INT);
            check(ACTIONS_INIT, actions);
            check(ATTRIBUTES_INIT, attributes);
            try {
                checked(
                        "posix_spawn_file_actions_addopen",
                        (state, names) ->
                                (int)
                                        ACTIONS_OPEN.invokeExact(
                                                state,
                                                actions,
                                                0,
                                                arena.allocateFrom(DEV_NULL),
                                                Kernel.READ_ONLY,
                                                0));
                for (int to = 1; to <= 2; to++) {
                    int target = to;
                    checked(
                            "posix_spawn_file_actions_adddup2",
                            (state, _) ->
                                    (int) ACTIONS_DUP.invokeExact(state, actions, output, target));
                }
                checked(
                        "posix_spawn_file_actions_addfchdir_np",
                        (state, _) -> (int) ACTIONS_CHANGE.invokeExact(state, actions, directory));
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
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment wanted = arena.allocate(8, 8);
            wanted.set(JAVA_INT, 0, descriptor);
            wanted.set(JAVA_SHORT, 4, POLL_IN);
            return Calls.make(
                            "poll", (state, _) -> (int) POLL.invokeExact(state, wanted, 1L, millis))
                    > 0;
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
     * @return whether there was one
     */
    static boolean kill(int pid) {
        try {
            Calls.make("kill", (state, _) -> (int) SEND.invokeExact(state, pid, KILL));
            return true;
        } catch (KernelException _) {
            return false;
        }
    }
}
