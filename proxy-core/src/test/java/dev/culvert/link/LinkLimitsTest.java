package dev.culvert.link;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameLimits;
import dev.culvert.frame.FrameType;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.AgentAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A link to a peer that is absent, silent, slow, or large of speech, over a real socket. */
class LinkLimitsTest {
    private static final int MAX_UNSENT_BYTES = 256 * 1024;
    private static final int REQUEST_BYTES = 64 * 1024;

    /** What two sockets of the kernel may hold between them. */
    private static final int SOCKET_BYTES = 32 * 1024 * 1024;

    private final Host host =
            new Host(
                    new LinkLimits(
                            FrameLimits.DEFAULTS,
                            4_096,
                            MAX_UNSENT_BYTES,
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(60),
                            100,
                            1 << 20));
    private final ScriptedListener listener = new ScriptedListener();
    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);

    @AfterEach
    void close() {
        released.countDown();
        finished.countDown();
        host.close();
    }

    @Test
    void aDialThatFailsSaysWhereAndWhy() throws IOException {
        AgentAddress nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = AgentAddress.parse("tcp://127.0.0.1:" + socket.getLocalPort());
        }

        Failure failure = host.dialThatFails(nobody);

        assertThat(failure).isInstanceOf(Failure.Unreachable.class);
        assertThat(failure.message()).startsWith(nobody.toString());
        assertThat(host.observer().lines()).containsExactly("dial failed");
    }

    @Test
    void aSilentPeerTimesOutAndItsLateAnswerIsCountedAndDropped() throws IOException {
        BasePeer.Script late =
                connection -> {
                    String request = String.valueOf(connection.read());
                    await(released);
                    connection.answer(request);
                    BasePeer.GUEST.run(connection);
                };
        try (BasePeer peer = BasePeer.listenOnTcp(late)) {
            AgentLink link = host.dial(peer.address());
            Patience brief = Patience.ofSilence(Duration.ofMillis(50));
            ScriptedListener pinging = new ScriptedListener();
            host.open(link, Host.message("m1", "hello"), listener, brief);
            Eventually.await(() -> assertThat(listener.ends()).containsExactly("failed"));

            released.countDown();
            host.open(link, Host.request(FrameType.PING, "p1", "{}"), pinging);
            Eventually.await(() -> assertThat(pinging.ends()).containsExactly("done"));

            assertThat(listener.failure()).isEqualTo(new Failure.TimedOut(brief.silence(), false));
            assertThat(listener.replies()).isEmpty();
            assertThat(listener.ends()).hasSize(1);
            assertThat(host.observer().count("late chunk")).isEqualTo(2);
        }
    }

    @Test
    void aPeerThatDoesNotReadIsOverloadedAndCostsNoMoreThanItsLimit() throws IOException {
        try (BasePeer peer = BasePeer.listenOnTcp(_ -> await(released))) {
            AgentLink link = host.dial(peer.address());
            List<ScriptedListener> listeners = openUntilOverloaded(link);

            for (int i = 0; i < 1_000; i++) {
                host.open(link, large("late" + i), listener);
            }

            assertThat(listeners.getLast().failure().message())
                    .contains("does not read", "max_unsent_bytes");
            assertThat(listener.ends()).hasSize(1_000).containsOnly("failed");
            assertThat(listeners.size() * REQUEST_BYTES).isLessThan(SOCKET_BYTES);
            assertThat(host.call(() -> unsentBytes(link)))
                    .isBetween((long) MAX_UNSENT_BYTES / 2, MAX_UNSENT_BYTES + 2L * REQUEST_BYTES);
            assertThat(host.call(link::inFlight)).isEqualTo(listeners.size() - 1);
        }
    }

    @Test
    void onceThePeerReadsTheLinkTakesRequestsAgainAndAllItTookAreAnswered() throws IOException {
        BasePeer.Script slow =
                connection -> {
                    await(released);
                    BasePeer.GUEST.run(connection);
                };
        try (BasePeer peer = BasePeer.listenOnTcp(slow)) {
            AgentLink link = host.dial(peer.address());
            List<ScriptedListener> taken = openUntilOverloaded(link);
            taken.removeLast();

            released.countDown();
            for (ScriptedListener each : taken) {
                Eventually.await(() -> assertThat(each.ends()).containsExactly("done"));
            }
            host.open(link, Host.message("again", "hello"), listener);

            Eventually.await(() -> assertThat(listener.ends()).containsExactly("done"));
        }
    }

    @Test
    void thePeersEndIsTheReasonAlsoWhereRequestsAreUnsent() throws IOException {
        BasePeer.Script ending =
                connection -> {
                    await(released);
                    connection.shutdownOutput();
                    await(finished);
                };
        try (BasePeer peer = BasePeer.listenOnTcp(ending)) {
            AgentLink link = host.dial(peer.address());
            List<ScriptedListener> taken = openUntilOverloaded(link);
            taken.removeLast();

            released.countDown();

            for (ScriptedListener each : taken) {
                Eventually.await(() -> assertThat(each.ends()).containsExactly("failed"));
                assertThat(each.failure())
                        .isEqualTo(new Failure.LinkLost("the agent closed the connection"));
            }
        }
    }

    @Test
    void theLargestFramesPassBothWays() throws IOException {
        FrameLimits limits = FrameLimits.DEFAULTS;
        String ending = "\",\"done\":true}";
        int overhead = BasePeer.frame("chunk", "m1", "{\"content\":\"" + ending).length - 4;
        String content = "x".repeat(limits.frameBytes() - overhead);
        BlockingQueue<Integer> lengths = new LinkedBlockingQueue<>();
        BasePeer.Script large =
                connection -> {
                    int length = connection.in().readInt();
                    connection.in().skipNBytes(length);
                    lengths.add(length);
                    connection.send("chunk", "m1", "{\"content\":\"" + content + ending);
                    connection.read();
                };
        try (BasePeer peer = BasePeer.listenOnTcp(large)) {
            AgentLink link = host.dial(peer.address());
            int payload = limits.payloadBytes();
            ByteBuf text = Unpooled.buffer(payload).writeByte('"');
            text.writeBytes("y".repeat(payload - 2).getBytes(US_ASCII));
            text.writeByte('"');

            host.open(link, new Frame(FrameType.MESSAGE, "m1", text), listener);

            Eventually.await(() -> assertThat(listener.ends()).containsExactly("done"));
            assertThat(listener.replies()).containsExactly("{\"content\":\"" + content + ending);
            assertThat(lengths)
                    .containsExactly(
                            "{\"type\":\"message\",\"id\":\"m1\",\"payload\":}".length() + payload);
        }
    }

    /** Those whose requests were taken, and last the one that was not. */
    private List<ScriptedListener> openUntilOverloaded(AgentLink link) {
        List<ScriptedListener> listeners = new ArrayList<>();
        do {
            ScriptedListener next = new ScriptedListener();
            host.open(link, large("m" + listeners.size()), next);
            listeners.add(next);
        } while (listeners.getLast().ends().isEmpty());
        return listeners;
    }

    private static Frame large(String id) {
        return Host.message(id, "x".repeat(REQUEST_BYTES));
    }

    private static long unsentBytes(AgentLink link) {
        ChannelFuture closed = (ChannelFuture) link.closed();
        ChannelOutboundBuffer buffer = closed.channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
