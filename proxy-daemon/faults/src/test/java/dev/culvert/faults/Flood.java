package dev.culvert.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Sends endless frames, either over the link of a guest as fast as the daemon reads, or at the same
 * pace into a sink. The sink costs the machine the same without the daemon.
 */
final class Flood implements AutoCloseable {
    private final byte[] block;
    private final Socket sink = new Socket();
    private final Thread thread;
    private volatile @Nullable GuestLink link;
    private volatile boolean intoTheDaemon = true;
    private volatile boolean closed;
    private final LongAdder bytes = new LongAdder();
    private volatile double bytesPerSecond = 1;

    Flood(byte[] block) throws IOException {
        this.block = block;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            sink.connect(server.getLocalSocketAddress());
            Socket drain = server.accept();
            Thread.ofPlatform().daemon().name("sink").start(() -> swallow(drain));
        }
        thread = Thread.ofPlatform().daemon().name("flood").start(this::run);
    }

    /** For a guest, whose links it uses. */
    Habit habit() {
        return new Habit() {
            @Override
            public void onLink(GuestLink opened) {
                link = opened;
            }
        };
    }

    /** Sends into the link from now on. */
    void intoTheDaemon() {
        intoTheDaemon = true;
    }

    /** Sends into the sink from now on, at this pace. */
    void intoTheSink(double pace) {
        bytesPerSecond = pace;
        intoTheDaemon = false;
    }

    /** The bytes sent so far. */
    long bytes() {
        return bytes.sum();
    }

    private void run() {
        long due = System.nanoTime();
        while (!closed) {
            GuestLink open = link;
            try {
                if (!intoTheDaemon) {
                    due = Math.max(due, System.nanoTime() - 10_000_000L);
                    due += (long) (block.length * 1e9 / Math.max(1, bytesPerSecond));
                    pauseUntil(due);
                    write(sink.getOutputStream());
                } else if (open != null && open.isOpen()) {
                    open.write(block);
                    bytes.add(block.length);
                    due = System.nanoTime();
                } else {
                    Pause.ofMillis(1);
                }
            } catch (IOException _) {
                link = null; // until the daemon opens the next
            }
        }
    }

    /** Returns early if the flood switches back to the daemon. */
    private void pauseUntil(long due) {
        while (!closed && !intoTheDaemon && due - System.nanoTime() > 0) {
            Pause.until(Math.min(due, System.nanoTime() + 1_000_000));
        }
    }

    private void write(OutputStream out) throws IOException {
        if (!intoTheDaemon && !closed) {
            out.write(block);
            bytes.add(block.length);
        }
    }

    private static void swallow(Socket drain) {
        try (drain) {
            InputStream in = drain.getInputStream();
            byte[] piece = new byte[256 * 1024];
            int count = in.read(piece);
            while (count >= 0) {
                count = in.read(piece);
            }
        } catch (IOException _) {
            // The flood is over.
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        sink.close();
        GuestLink open = link;
        if (open != null) {
            open.close();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
