package dev.culvert.transport;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;

/** The socket options of AF_VSOCK, by their numbers in linux/vm_sockets.h. */
final class VsockOptions {
    /* Some kernels, from Linux 6.12.92 on, reset a connection whose reader lags by many small packets:
     * they count some 600 bytes for each packet against the reader's buffer, whatever its size. A
     * sender can be ahead by no more than its own buffer. So the host, which reads small frames, has
     * eight times the buffer of the guest, which sends them; equal buffers would not help. */
    static final long DIALING_BUFFER_BYTES = 2048 * 1024;
    static final long LISTENING_BUFFER_BYTES = 256 * 1024;

    static final int LEVEL = 40;
    static final int BUFFER_SIZE = 0;
    private static final int BUFFER_MAX_SIZE = 2;
    private static final int CONNECT_TIMEOUT = 6;

    // The kernel's own is 2 s and would cut a longer deadline short; dial has its own.
    private static final Duration LONGER_THAN_ANY_DIAL = Duration.ofHours(1);

    private VsockOptions() {}

    /**
     * Sets the options; closes {@code socket} if that fails.
     *
     * @param bufferBytes how far the other end may be ahead; an accepted socket has its listener's
     */
    static LinuxSocket apply(LinuxSocket socket, long bufferBytes) {
        try {
            set(socket, BUFFER_MAX_SIZE, bufferBytes); // before the size, which it caps
            set(socket, BUFFER_SIZE, bufferBytes);
            set(socket, CONNECT_TIMEOUT, LONGER_THAN_ANY_DIAL.toSeconds(), 0); // a struct timeval
            return socket;
        } catch (IOException e) {
            closeAfter(socket, e);
            throw new ChannelException(e);
        }
    }

    private static void set(LinuxSocket socket, int option, long... values) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.nativeOrder());
        for (long value : values) {
            bytes.putLong(value);
        }
        socket.setRawOpt(LEVEL, option, bytes.flip());
    }

    private static void closeAfter(LinuxSocket socket, IOException failure) {
        try {
            socket.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
