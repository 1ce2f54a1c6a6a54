package dev.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** A VM that has its CID and never runs: what a dial meets while a guest's kernel still boots. */
@SuppressWarnings("restricted") // calls the C library: Java has no ioctl
final class SilentVm implements AutoCloseable {
    private static final int READ_AND_WRITE = 2;
    private static final long SET_GUEST_CID = 0x4008AF60L; // linux/vhost.h

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle OPEN =
            call("open", 2, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final MethodHandle IOCTL =
            call("ioctl", 2, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
    private static final MethodHandle CLOSE = call("close", 1, ValueLayout.JAVA_INT);

    private final int fd;

    SilentVm(long cid) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            fd = (int) OPEN.invokeExact(arena.allocateFrom("/dev/vhost-vsock"), READ_AND_WRITE);
            MemorySegment wanted = arena.allocateFrom(ValueLayout.JAVA_LONG, cid);
            assertThat((int) IOCTL.invokeExact(fd, SET_GUEST_CID, wanted)).isZero();
        }
    }

    private static MethodHandle call(String name, int fixed, ValueLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments),
                Linker.Option.firstVariadicArg(fixed));
    }

    @Override
    public void close() {
        try {
            assertThat((int) CLOSE.invokeExact(fd)).isZero();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
