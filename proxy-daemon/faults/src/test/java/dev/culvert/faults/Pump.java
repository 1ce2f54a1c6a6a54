package dev.culvert.faults;

import dev.culvert.faults.Fault.OnWire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One direction of a relayed connection. */
final class Pump implements Runnable {
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int TICKS_PER_SECOND = 20;

    /** Enough for the reader to see each piece alone. */
    private static final Duration BETWEEN_PIECES = Duration.ofNanos(50_000);

    private final RelayConnection connection;
    private final Direction direction;
    private final SocketChannel from;
    private final SocketChannel to;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

    /** The fault that shapes the next bytes, and how many bytes are left. */
    private @Nullable OnWire shape;

    private int shapedBytes;
    private RandomGenerator sizes = new SplittableRandom(0);
    private boolean dropping;

    Pump(RelayConnection connection, Direction direction, SocketChannel from, SocketChannel to) {
        this.connection = connection;
        this.direction = direction;
        this.from = from;
        this.to = to;
    }

    @Override
    public void run() {
        try {
            while (step()) {}
            connection.ended(to);
        } catch (IOException _) {
            connection.broken();
        }
    }

    /** False at the end of the stream. */
    private boolean step() throws IOException {
        OnWire fault = connection.due(direction);
        if (fault != null) {
            play(fault);
            return true;
        }
        buffer.clear().limit(connection.allowance(direction, BUFFER_BYTES));
        int bytes = from.read(buffer);
        connection.awaitVoice();
        if (bytes < 0) {
            return false;
        }
        buffer.flip();
        connection.passed(direction, bytes);
        if (!dropping && !connection.isDeaf()) {
            pass();
        }
        return true;
    }

    private void play(OnWire fault) throws IOException {
        switch (fault) {
            case Fault.Delay delay -> {
                Pause.of(delay.time());
                connection.arm();
            }
            case Fault.Silence silence -> {
                connection.fallSilent(silence.time());
                connection.awaitVoice();
                connection.arm();
            }
            case Fault.Throttle throttle -> shape(throttle, throttle.bytes());
            case Fault.Split split -> shape(split, split.bytes());
            case Fault.Deafness deafness -> connection.deafen(deafness);
            case Fault.HalfClose _ -> {
                to.shutdownOutput();
                dropping = true;
            }
            case Fault.Reset _ -> connection.cut();
        }
    }

    private void shape(OnWire fault, int bytes) {
        shape = fault;
        shapedBytes = bytes;
        sizes = new SplittableRandom(bytes);
    }

    private void pass() throws IOException {
        while (buffer.hasRemaining()) {
            if (shapedBytes == 0) {
                write(buffer.remaining());
            } else {
                passShaped();
            }
        }
    }

    private void passShaped() throws IOException {
        int most = Math.min(buffer.remaining(), shapedBytes);
        int piece = most;
        if (shape instanceof Fault.Throttle throttle) {
            piece = Math.min(most, throttle.bytesPerSecond() / TICKS_PER_SECOND);
            Pause.of(Duration.ofSeconds(1).dividedBy(TICKS_PER_SECOND));
        } else if (shape instanceof Fault.Split split) {
            piece = Math.min(most, sizes.nextInt(1, split.largestPiece() + 1));
            Pause.of(BETWEEN_PIECES);
        }
        write(piece);
        shapedBytes -= piece;
        if (shapedBytes == 0) {
            connection.arm();
        }
    }

    private void write(int bytes) throws IOException {
        int limit = buffer.limit();
        buffer.limit(buffer.position() + bytes);
        while (buffer.hasRemaining()) {
            to.write(buffer);
        }
        buffer.limit(limit);
    }
}
