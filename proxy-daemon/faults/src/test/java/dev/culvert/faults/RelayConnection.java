package dev.culvert.faults;

import dev.culvert.faults.Fault.Deafness;
import dev.culvert.faults.Fault.OnWire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection through a relay: two pumps and their shared state. One fault at a time is armed.
 */
final class RelayConnection {
    private static final int SEND_BYTES = 64 * 1024;

    private final SocketChannel near;
    private final FaultSource faults;
    private final Consumer<RelayConnection> onClosed;
    private @Nullable SocketChannel far;
    private @Nullable OnWire armed;
    private int passedSinceArmed;
    private int openDirections = Direction.values().length;
    private boolean closed;
    private volatile boolean hurt;
    private volatile @Nullable Deafness deafness;
    private volatile long silentUntilNanos = System.nanoTime();

    /**
     * @param near the side that dialled
     */
    RelayConnection(SocketChannel near, FaultSource faults, Consumer<RelayConnection> onClosed) {
        this.near = near;
        this.faults = faults;
        this.onClosed = onClosed;
    }

    void run(Relay.Target target) {
        SocketChannel dialled;
        try {
            dialled = target.dial();
            makeNarrow(dialled);
            makeNarrow(near);
        } catch (IOException _) {
            hurt = true;
            cut();
            return;
        }
        if (adopt(dialled)) {
            arm();
            Thread.ofVirtual().start(new Pump(this, Direction.UP, near, dialled));
            new Pump(this, Direction.DOWN, dialled, near).run();
        }
    }

    private synchronized boolean adopt(SocketChannel dialled) {
        far = dialled;
        if (closed) {
            reset(dialled);
        }
        return !closed;
    }

    /** Arms the next fault, after the one before is over. */
    synchronized void arm() {
        if (!closed) {
            armed = faults.arm();
            passedSinceArmed = 0;
        }
    }

    /** The fault that must happen now, which is then no longer armed; null if none. */
    synchronized @Nullable OnWire due(Direction direction) {
        OnWire fault = armed;
        if (fault == null
                || fault.direction() != direction
                || passedSinceArmed < fault.afterBytes()) {
            return null;
        }
        armed = null;
        if (!faults.happens(fault)) {
            return null;
        }
        hurt |= fault.breaks();
        return fault;
    }

    /** How many bytes may pass before the next check for a fault, at most {@code most}. */
    synchronized int allowance(Direction direction, int most) {
        OnWire fault = armed;
        return fault == null || fault.direction() != direction
                ? most
                : Math.clamp(fault.afterBytes() - passedSinceArmed, 1, most);
    }

    synchronized void passed(Direction direction, int bytes) {
        if (armed != null && armed.direction() == direction) {
            passedSinceArmed += bytes;
        }
    }

    void fallSilent(Duration time) {
        silentUntilNanos = System.nanoTime() + time.toNanos();
    }

    void awaitVoice() {
        Pause.until(silentUntilNanos);
    }

    void deafen(Deafness fault) {
        deafness = fault;
        Thread.ofVirtual()
                .start(() -> {
                    Pause.of(fault.atMost());
                    if (!isClosed()) {
                        faults.unnoticed();
                        cut();
                    }
                });
    }

    boolean isDeaf() {
        return deafness != null;
    }

    boolean isHurt() {
        return hurt;
    }

    /** One side has ended its direction. */
    void ended(SocketChannel to) throws IOException {
        if (isDeaf()) {
            broken();
            return;
        }
        to.shutdownOutput();
        synchronized (this) {
            openDirections--;
            if (openDirections > 0) {
                return;
            }
        }
        cut();
    }

    /** One side has closed or reset the connection. */
    void broken() {
        Deafness deaf = deafness;
        if (deaf != null) {
            Pause.of(deaf.echo());
        }
        cut();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /**
     * Ends both sides: with a reset, unless both directions have ended. Unix sockets have no reset
     * and close.
     */
    void cut() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (armed != null) {
                faults.giveBack(armed);
            }
            boolean inOrder = openDirections == 0;
            close(near, inOrder);
            if (far != null) {
                close(far, inOrder);
            }
        }
        onClosed.accept(this);
    }

    private static void close(SocketChannel channel, boolean inOrder) {
        if (inOrder) {
            try {
                channel.close();
            } catch (IOException _) {
                // It is as closed as can be.
            }
        } else {
            reset(channel);
        }
    }

    private static void reset(SocketChannel channel) {
        try (channel) {
            if (channel.getRemoteAddress() instanceof InetSocketAddress) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException _) {
            // It is as closed as can be.
        }
    }

    /** Sets a small send buffer and no delay. */
    private static void makeNarrow(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BYTES);
        if (channel.getRemoteAddress() instanceof InetSocketAddress) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
    }
}
