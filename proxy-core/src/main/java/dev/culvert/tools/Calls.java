package dev.culvert.tools;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** Calls functions of the C library, and tells their errors. */
@SuppressWarnings("restricted") // the images enable native access
final class Calls {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final int MOST_TRIES = 100;

    /** One call. */
    interface Call {
        /**
         * Returns what the function returns.
         *
         * @param state gets the error number
         * @param arena for what the call needs
         */
        long make(MemorySegment state, Arena arena) throws Throwable;
    }

    private Calls() {}

    /**
     * Makes a call that returns a negative number if it fails; again, if a signal interrupts it.
     */
    static long make(String name, Call call) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            for (int tries = 0; ; tries++) {
                long result = call.make(state, arena);
                if (result >= 0) {
                    return result;
                }
                int errno = (int) ERRNO.get(state, 0L);
                if (errno != Errno.EINTR || name.equals("close") || tries == MOST_TRIES) {
                    throw new KernelException(name, errno);
                }
            }
        } catch (KernelException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static MethodHandle link(String name, MemoryLayout result, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, parameters),
                Linker.Option.captureCallState("errno"));
    }

    /** Null if the C library has no such function. */
    static @Nullable MethodHandle linkIfThere(
            String name, MemoryLayout result, MemoryLayout... parameters) {
        return LINKER.defaultLookup().find(name).isPresent()
                ? link(name, result, parameters)
                : null;
    }

    static MethodHandle variadic(
            String name, int fixed, MemoryLayout result, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, parameters),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(fixed));
    }
}
