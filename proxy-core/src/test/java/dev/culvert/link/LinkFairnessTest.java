package dev.culvert.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.FairReading;
import dev.culvert.frame.FrameDecoder;
import dev.culvert.frame.FrameLimits;
import dev.culvert.frame.FrameType;
import dev.culvert.io.NextRound;
import dev.culvert.testing.Eventually;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a link whose agent sends without an end takes of its event loop, over real sockets. */
class LinkFairnessTest {
    private static final int FRAMES = 200_000;
    private static final int LARGE_FRAMES = 2_000;

    /** As FairReading has them; there are up to two turns in a round. */
    private static final long FRAMES_OF_A_TURN = 256;

    private static final long BYTES_OF_A_TURN = 128 * 1024;

    /** The limit of what nobody asked for has a test of its own. */
    private static final LinkLimits UNLIMITED =
            new LinkLimits(
                    FrameLimits.DEFAULTS,
                    4_096,
                    1 << 20,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(60),
                    100,
                    Integer.MAX_VALUE);

    private final Host host = new Host(UNLIMITED);
    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void close() {
        released.countDown();
        host.close();
    }

    @Test
    void manySmallFramesAreHandledAFewHundredAtATime() throws IOException {
        try (BasePeer flooder = flood(BasePeer.frame("weather", "", "{}"), FRAMES)) {
            Rounds rounds = roundsOf(flooder, FRAMES);

            assertThat(rounds.mostFrames).isBetween(1L, 2L * FRAMES_OF_A_TURN);
        }
    }

    @Test
    void largeFramesAreHandledAFewAtATime() throws IOException {
        String payload = "\"" + "x".repeat(10_000) + "\"";
        try (BasePeer flooder = flood(BasePeer.frame("weather", "", payload), LARGE_FRAMES)) {
            Rounds rounds = roundsOf(flooder, LARGE_FRAMES);

            assertThat(rounds.mostBytes).isBetween(1L, 2 * (BYTES_OF_A_TURN + payload.length()));
        }
    }

    @Test
    void theNeighbourOfAFloodIsAnswered() throws IOException {
        byte[] frame = BasePeer.frame("weather", "", "{}");
        BasePeer.Script endless =
                connection -> {
                    byte[] block = block(frame, 1_000);
                    while (released.getCount() > 0) {
                        connection.write(block);
                    }
                };
        try (BasePeer flooder = BasePeer.listenOnTcp(endless);
                BasePeer honest = BasePeer.listenOnTcp(BasePeer.GUEST)) {
            AgentLink neighbour = host.dial(honest.address());
            host.dial(flooder.address());
            for (int i = 0; i < 200; i++) {
                ScriptedListener listener = new ScriptedListener();
                host.open(neighbour, Host.request(FrameType.PING, "p" + i, "{}"), listener);
                Eventually.await(() -> assertThat(listener.ends()).containsExactly("done"));
            }

            assertThat(host.observer().frames()).isGreaterThan(200);
            released.countDown();
        }
    }

    private BasePeer flood(byte[] frame, int times) throws IOException {
        return BasePeer.listenOnTcp(connection -> {
            byte[] block = block(frame, times / 100);
            for (int i = 0; i < 100; i++) {
                connection.write(block);
            }
            connection.read();
        });
    }

    private static byte[] block(byte[] frame, int times) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            block.writeBytes(frame);
        }
        return block.toByteArray();
    }

    private Rounds roundsOf(BasePeer flooder, int frames) {
        AgentLink link = host.dial(flooder.address());
        Rounds rounds = new Rounds(link.eventLoop(), host.observer(), frames);
        host.run(rounds::begin);
        Eventually.await(() -> assertThat(host.observer().frames()).isEqualTo(frames));
        return rounds;
    }

    /**
     * Notes, once in each round of the loop, how much was handled since the last one. It is also a
     * neighbour on that loop, to which a frame has come each time.
     */
    private static final class Rounds {
        private final EventLoop loop;
        private final CountingObserver observer;
        private final int end;
        private final EmbeddedChannel neighbour = new EmbeddedChannel();
        private long frames;
        private long bytes;
        volatile long mostFrames;
        volatile long mostBytes;

        Rounds(EventLoop loop, CountingObserver observer, int end) {
            this.loop = loop;
            this.observer = observer;
            this.end = end;
        }

        /** On the loop, so that the first round is no longer than the others. */
        void begin() {
            frames = observer.frames();
            bytes = observer.payloadBytes();
            FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, FairReading.here());
            neighbour.pipeline().addLast(decoder);
            count();
        }

        private void count() {
            neighbour.writeInbound(Unpooled.wrappedBuffer(BasePeer.frame("heartbeat", "", "{}")));
            ReferenceCountUtil.release(neighbour.readInbound());
            mostFrames = Math.max(mostFrames, observer.frames() - frames);
            mostBytes = Math.max(mostBytes, observer.payloadBytes() - bytes);
            frames = observer.frames();
            bytes = observer.payloadBytes();
            if (frames < end) {
                NextRound.run(loop, this::count);
            } else {
                neighbour.finishAndReleaseAll();
            }
        }
    }
}
