package dev.culvert.testing;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/** One connection of a {@link VmMonitor} and what it holds of it; used by its thread alone. */
final class VmConnection {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final SocketChannel host;
    private final SocketChannel guest;
    private final SelectionKey hostKey;
    private final SelectionKey guestKey;
    private final Consumer<VmConnection> ended;
    private final ByteBuffer toHost = ByteBuffer.allocate(BUFFER_BYTES);
    private final ByteBuffer toGuest = ByteBuffer.allocate(BUFFER_BYTES);
    private boolean closing;

    VmConnection(
            Selector selector,
            SocketChannel host,
            SocketChannel guest,
            Consumer<VmConnection> ended)
            throws IOException {
        this.host = host;
        this.guest = guest;
        this.ended = ended;
        hostKey = register(selector, host);
        guestKey = register(selector, guest);
    }

    private SelectionKey register(Selector selector, SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, 0, (VmMonitor.Step) this::move);
    }

    /** Begins with these bytes in either direction. */
    void begin(ByteBuffer firstToHost, ByteBuffer firstToGuest) throws IOException {
        toHost.put(firstToHost);
        toGuest.put(firstToGuest);
        move();
    }

    private void move() throws IOException {
        try {
            if (carry(host, toGuest, guest)) {
                closing = true;
                toHost.clear();
            } else if (carry(guest, toHost, host)) {
                closing = true;
                toGuest.clear();
            }
            if (closing && toHost.position() == 0 && toGuest.position() == 0) {
                close();
            } else {
                hostKey.interestOps(interest(toGuest, toHost));
                guestKey.interestOps(interest(toHost, toGuest));
            }
        } catch (IOException _) { // one side has gone, and the other one goes with it
            close();
        }
    }

    /** Whether {@code from} has ended: the end of one direction is the end of both. */
    private boolean carry(SocketChannel from, ByteBuffer held, SocketChannel to)
            throws IOException {
        boolean end = !closing && from.read(held) < 0;
        held.flip();
        to.write(held);
        held.compact();
        return end;
    }

    private int interest(ByteBuffer read, ByteBuffer unwritten) {
        return (!closing && read.hasRemaining() ? SelectionKey.OP_READ : 0)
                | (unwritten.position() > 0 ? SelectionKey.OP_WRITE : 0);
    }

    /** The guest's end is reset, and the host's goes with it. */
    void reset() throws IOException {
        resetGuest();
        close();
    }

    /** The guest's end is reset, and the host's, which the caller closes, hears nothing of it. */
    SocketChannel resetGuest() throws IOException {
        hostKey.cancel();
        if (guest.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) { // it is TCP
            guest.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        guest.close();
        ended.accept(this);
        return host;
    }

    private void close() throws IOException {
        host.close();
        guest.close();
        ended.accept(this);
    }
}
