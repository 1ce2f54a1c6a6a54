package dev.culvert.tools;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A filter of seccomp in the making: a row of instructions, each of four numbers. It sees the
 * numbers of a system call and its arguments, and nothing that these point to.
 */
final class Seccomp {
    static final boolean IS_ARM =
            System.getProperty("os.arch", "").toLowerCase(Locale.ROOT).equals("aarch64");

    static final int ALLOW = 0x7fff0000;
    static final int DENY = 0x00050000 | Errno.EACCES;

    /** As if the kernel did not have the call. */
    static final int UNKNOWN = 0x00050000 | Errno.ENOSYS;

    /* Arguments. Of each it takes the lower half, as the kernel does: an int. */
    static final int FIRST = 16;
    static final int SECOND = 24;
    static final int THIRD = 32;

    /** Makes sockets, and opens files, without the calls that a filter sees. */
    static final int IO_URING_SETUP = 425;

    private static final int OPERATION = 22; // of prctl
    private static final long FILTER = 2;

    private static final int LOAD = 0x20;
    private static final int MASK = 0x54;
    private static final int IF_EQUAL = 0x15;
    private static final int IF_AT_LEAST = 0x35;
    private static final int RETURN = 0x06;

    private static final int CALL = 0;
    private static final int ARCHITECTURE = 4;
    private static final int THIS_ARCHITECTURE = IS_ARM ? 0xc00000b7 : 0xc000003e;
    private static final int X32 = 0x40000000;

    private final List<int[]> program = new ArrayList<>();

    private Seccomp() {}

    /**
     * Begins a filter, which has loaded the number of the call and denies all calls of another
     * kind.
     */
    static Seccomp ofCalls() {
        Seccomp filter = new Seccomp();
        filter.load(ARCHITECTURE);
        filter.add(IF_EQUAL, 1, 0, THIS_ARCHITECTURE);
        filter.end(DENY); // a program of 32 bits has other numbers
        filter.load(CALL);
        if (!IS_ARM) {
            filter.add(IF_AT_LEAST, 0, 1, X32); // and so has one of x32
            filter.end(DENY);
        }
        return filter.endIf(IO_URING_SETUP, DENY);
    }

    /** Begins what decides about one call, to its end, and loads nothing yet. */
    static Seccomp ofOneCall() {
        return new Seccomp();
    }

    Seccomp load(int place) {
        return add(LOAD, 0, 0, place);
    }

    /** Keeps only these bits of what was loaded. */
    Seccomp mask(int bits) {
        return add(MASK, 0, 0, bits);
    }

    Seccomp end(int answer) {
        return add(RETURN, 0, 0, answer);
    }

    Seccomp endIf(int value, int answer) {
        return add(IF_EQUAL, 0, 1, value).end(answer);
    }

    /** Denies what is not this value. */
    Seccomp endUnless(int value) {
        return add(IF_EQUAL, 1, 0, value).end(DENY);
    }

    /** Lets {@code part} decide about that call. */
    Seccomp call(int number, Seccomp part) {
        add(IF_EQUAL, 0, part.program.size(), number);
        program.addAll(part.program);
        return this;
    }

    /** For {@link #install}. */
    int[][] program() {
        return program.toArray(int[][]::new);
    }

    private Seccomp add(int code, int ifTrue, int ifFalse, int value) {
        program.add(new int[] {code, ifTrue, ifFalse, value});
        return this;
    }

    /** Whether filters work here. */
    static boolean isHere() {
        try {
            Processes.control(OPERATION, FILTER, 0);
            return true; // it never is: there is no filter
        } catch (KernelException e) {
            return e.errno() == Errno.EFAULT; // it would have read one
        }
    }

    /**
     * From now on, for good, this program decides about all calls of this thread, and of every
     * process that it starts.
     */
    /* Uses arrays alone: the thread may be confined already, and can load nothing. */
    static void install(int[][] program) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment filter = arena.allocate(8L * program.length, Long.BYTES);
            for (int i = 0; i < program.length; i++) {
                filter.set(JAVA_SHORT, 8L * i, (short) program[i][0]);
                filter.set(JAVA_BYTE, 8L * i + 2, (byte) program[i][1]);
                filter.set(JAVA_BYTE, 8L * i + 3, (byte) program[i][2]);
                filter.set(JAVA_INT, 8L * i + 4, program[i][3]);
            }
            MemorySegment all = arena.allocate(16, Long.BYTES);
            all.set(JAVA_SHORT, 0, (short) program.length);
            all.set(ADDRESS, 8, filter);
            Processes.control(OPERATION, FILTER, all.address());
        }
    }
}
