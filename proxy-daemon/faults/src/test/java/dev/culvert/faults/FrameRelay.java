package dev.culvert.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Passes frames between guests that dial in and the daemon, and does something at a chosen frame.
 */
final class FrameRelay implements Closeable {
    private static final long PATIENCE_SECONDS = 60;

    /** What to do at the next frame of a type. */
    private record Trap(String type, boolean passes, Runnable action, CountDownLatch done) {
        boolean catches(byte[] frame) {
            return new String(frame, UTF_8).contains("\"type\":\"" + type + "\"");
        }
    }

    private final ServerSocketChannel server;
    private final Path daemon;
    private final AtomicReference<@Nullable Trap> trap = new AtomicReference<>();

    /**
     * @param socket where guests dial in
     * @param daemon where the daemon listens
     */
    FrameRelay(Path socket, Path daemon) throws IOException {
        this.daemon = daemon;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::accept);
    }

    /**
     * Runs {@code action} at the next frame of this type, and then ends its connection.
     *
     * @param passes whether the frame is passed on before that
     */
    CountDownLatch at(String type, boolean passes, Runnable action) {
        CountDownLatch done = new CountDownLatch(1);
        trap.set(new Trap(type, passes, action, done));
        return done;
    }

    static void await(CountDownLatch done) {
        try {
            if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the frame did not come");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel guest = server.accept();
                Thread.ofVirtual().start(() -> serve(guest));
            }
        } catch (IOException _) {
            return; // it is closed
        }
    }

    private void serve(SocketChannel guest) {
        try (guest;
                SocketChannel host = SocketChannel.open(UnixDomainSocketAddress.of(daemon))) {
            Thread back = Thread.ofVirtual().start(() -> pass(host, guest));
            pass(guest, host);
            back.join();
        } catch (IOException | InterruptedException _) {
            return; // the daemon is not there: so is the guest's connection
        }
    }

    private void pass(SocketChannel from, SocketChannel to) {
        try (from;
                to) {
            DataInputStream in = new DataInputStream(Channels.newInputStream(from));
            DataOutputStream out = new DataOutputStream(Channels.newOutputStream(to));
            while (true) {
                byte[] frame = new byte[in.readInt()];
                in.readFully(frame);
                Trap caught = caught(frame);
                if (caught == null || caught.passes) {
                    byte[] whole = new byte[Integer.BYTES + frame.length];
                    ByteBuffer.wrap(whole).putInt(frame.length).put(frame);
                    out.write(whole);
                }
                if (caught != null) {
                    caught.action.run();
                    caught.done.countDown();
                    return;
                }
            }
        } catch (IOException _) {
            return; // one of the two has closed its end
        }
    }

    /** Null if nothing is to be done at this frame. */
    private @Nullable Trap caught(byte[] frame) {
        Trap set = trap.get();
        return set != null && set.catches(frame) && trap.compareAndSet(set, null) ? set : null;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
