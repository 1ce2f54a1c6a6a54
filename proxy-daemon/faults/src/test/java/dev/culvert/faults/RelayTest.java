package dev.culvert.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.faults.Fault.OnWire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks that each fault does what its name says. */
@Timeout(60)
class RelayTest {
    private static final int BYTES = 20_000;
    private static final int BUFFER_BYTES = 64 * 1024;

    @TempDir Path directory;

    /** A relay with one fault, and both ends of a connection through it. */
    private record Line(
            ServerSocketChannel server, Relay relay, SocketChannel client, SocketChannel target)
            implements AutoCloseable {

        static Line with(OnWire fault, Endpoint listen, Endpoint relayed) throws IOException {
            ServerSocketChannel server = listen.listen(BUFFER_BYTES);
            Relay.Target to = Relay.to(new Endpoint(server.getLocalAddress()));
            Relay relay =
                    new Relay(relayed, to, new FaultSource("test", _ -> fault, 1, new Tally()));
            SocketChannel client = relay.endpoint().connect(BUFFER_BYTES);
            return new Line(server, relay, client, server.accept());
        }

        boolean isHurt() throws IOException {
            return relay.hurt(client.getLocalAddress());
        }

        @Override
        public void close() throws IOException {
            client.close();
            target.close();
            relay.close();
            server.close();
        }
    }

    static Stream<OnWire> slowFaults() {
        return Stream.of(Direction.values())
                .flatMap(direction ->
                        Stream.of(
                                new Fault.Delay(direction, 10, Duration.ofMillis(20)),
                                new Fault.Throttle(direction, 0, 9000, 100_000),
                                new Fault.Split(direction, 100, 2000, 7),
                                new Fault.Silence(direction, 5000, Duration.ofMillis(20))));
    }

    @ParameterizedTest
    @MethodSource("slowFaults")
    void whatIsOnlySlowArrivesUnchanged(OnWire fault) throws IOException {
        try (Line line = tcp(fault)) {
            assertThat(bothWays(line)).isTrue();
        }
        try (Line line = unix(fault)) {
            assertThat(bothWays(line)).isTrue();
        }
    }

    @Test
    void aResetComesBehindExactlySoManyBytes() throws IOException {
        try (Line line = tcp(new Fault.Reset(Direction.DOWN, 1000))) {
            line.target().write(ByteBuffer.allocate(BYTES));
            ByteBuffer received = ByteBuffer.allocate(BYTES);

            assertThatThrownBy(
                            () -> {
                                while (line.client().read(received) >= 0) {}
                            })
                    .isInstanceOf(IOException.class);
            assertThat(received.position()).isEqualTo(1000);
            assertThat(line.isHurt()).isTrue();
            assertThatThrownBy(() -> line.target().read(ByteBuffer.allocate(1)))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aHalfCloseEndsOneDirectionInOrderAndLeavesTheOther() throws IOException {
        try (Line line = unix(new Fault.HalfClose(Direction.DOWN, 10))) {
            line.target().write(ByteBuffer.allocate(20));

            assertThat(receive(line.client(), 20)).hasSize(10);
            line.client().write(ByteBuffer.wrap(random(1)));
            assertThat(receive(line.target(), 1)).isEqualTo(random(1));
        }
    }

    @Test
    void theOtherSideOfADeafConnectionHearsOfItsEndLater() throws IOException {
        Duration echo = Duration.ofMillis(50);
        try (Line line = tcp(new Fault.Deafness(Direction.UP, 0, Duration.ofSeconds(10), echo))) {
            line.client().write(ByteBuffer.allocate(10));
            line.client().close();
            long start = System.nanoTime();

            assertThatThrownBy(() -> line.target().read(ByteBuffer.allocate(1)))
                    .isInstanceOf(IOException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThan(echo.dividedBy(2));
        }
    }

    @Test
    void aDeafConnectionThatNobodyGivesUpIsCut() throws IOException {
        Duration atMost = Duration.ofMillis(50);
        try (Line line = tcp(new Fault.Deafness(Direction.UP, 0, atMost, Duration.ZERO))) {
            assertThatThrownBy(() -> line.client().read(ByteBuffer.allocate(1)))
                    .isInstanceOf(IOException.class);
        }
    }

    private Line tcp(OnWire fault) throws IOException {
        return Line.with(fault, Endpoint.loopback(), Endpoint.loopback());
    }

    private Line unix(OnWire fault) throws IOException {
        Path folder = Files.createTempDirectory(directory, "line");
        return Line.with(
                fault,
                Endpoint.unix(folder.resolve("target")),
                Endpoint.unix(folder.resolve("relay")));
    }

    /**
     * Checks that bytes sent there and back arrive unchanged, and that the connection is not marked
     * as hurt.
     */
    private static boolean bothWays(Line line) throws IOException {
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        line.target().write(ByteBuffer.wrap(receive(line.target(), BYTES)));
                    } catch (IOException _) {
                        // The test has failed already.
                    }
                });
        line.client().write(ByteBuffer.wrap(random(BYTES)));
        return Arrays.equals(receive(line.client(), BYTES), random(BYTES));
    }

    /** Reads up to this many bytes, or to the end. */
    private static byte[] receive(SocketChannel from, int most) throws IOException {
        ByteBuffer received = ByteBuffer.allocate(most);
        while (received.hasRemaining() && from.read(received) >= 0) {}
        byte[] bytes = new byte[received.flip().remaining()];
        received.get(bytes);
        return bytes;
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new SplittableRandom(count).nextBytes(bytes);
        return bytes;
    }
}
