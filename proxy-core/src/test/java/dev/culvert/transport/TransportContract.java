package dev.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What holds on every transport; implemented once per transport. */
interface TransportContract {
    /** Longer than anything here takes, also on an emulated processor. */
    Duration PATIENCE = Duration.ofSeconds(60);

    EventLoops loops();

    /** An address that is free to listen on, another one at each call. */
    AgentAddress free();

    /** How a peer reaches one who listens on {@code listening}. */
    default AgentAddress reach(AgentAddress listening) {
        return listening;
    }

    /** Where a dial is refused because nobody listens. */
    AgentAddress nobody();

    @AfterEach
    default void stopLoops() {
        loops().close();
    }

    @Test
    default void carriesBytesBothWays() {
        Inbox inbox = new Inbox(5);
        Channel link = link(new Echo(), inbox);

        send(link, new byte[] {1, 2, 3, 4, 5});

        assertThat(inbox.bytes()).isEqualTo(new byte[] {1, 2, 3, 4, 5});
    }

    @Test
    default void carriesAMebibyteBothWays() {
        byte[] bytes = new byte[1024 * 1024];
        new Random(1).nextBytes(bytes);
        Inbox inbox = new Inbox(bytes.length);
        Channel link = link(new Echo(), inbox);

        send(link, bytes);

        assertThat(inbox.bytes()).isEqualTo(bytes);
    }

    @Test
    default void keepsManySmallWritesInOrder() {
        int count = 5_000;
        Inbox inbox = new Inbox(count * 4);
        Channel link = link(new Echo(), inbox);
        ByteBuf all = Unpooled.buffer(count * 4);

        for (int i = 0; i < count; i++) {
            all.writeInt(i);
            var _ = link.writeAndFlush(link.alloc().buffer(4).writeInt(i), link.voidPromise());
        }

        assertThat(inbox.bytes()).isEqualTo(all.array());
    }

    @Test
    default void seesThatTheListeningSideCloses() {
        Inbox accepted = new Inbox(1);
        Inbox inbox = new Inbox(1);
        link(accepted, inbox);

        sync(accepted.active().close());

        assertThat(inbox.closed().isActive()).isFalse();
    }

    @Test
    default void seesThatTheDialingSideCloses() {
        Inbox accepted = new Inbox(1);
        Channel link = link(accepted, new Inbox(1));
        accepted.active();

        sync(link.close());

        assertThat(accepted.closed().isActive()).isFalse();
    }

    @Test
    default void deliversWhatWasSentBeforeTheClose() {
        byte[] bytes = new byte[100_000];
        new Random(2).nextBytes(bytes);
        Inbox accepted = new Inbox(bytes.length);
        Channel link = link(accepted, new Inbox(1));

        send(link, bytes);
        sync(link.close());

        assertThat(accepted.bytes()).isEqualTo(bytes);
        accepted.closed();
    }

    @Test
    default void completesADialWithTheChannelThatThePipelineSeesActive() {
        Inbox inbox = new Inbox(1);

        Channel link = link(new Echo(), inbox);

        assertThat(inbox.active()).isSameAs(link);
        assertThat(link.isActive()).isTrue();
        assertThat(link.pipeline().names()).doesNotContain("handshake");
    }

    @Test
    default void saysWhenNobodyListens() {
        Inbox inbox = new Inbox(1);

        DialException refused = failureOf(dial(nobody(), PATIENCE, inbox));

        assertThat(refused).hasMessageStartingWith(nobody() + ": nothing listens on ");
        inbox.closed();
        assertThat(inbox.wasActive()).isFalse();
    }

    @Test
    default void closesTheChannelOfADialThatIsCancelled() {
        Inbox inbox = new Inbox(1);
        AgentAddress address = reach(Transport.localAddress(listen(new Echo())));

        Future<Channel> dialed = dial(address, PATIENCE, inbox);

        if (dialed.cancel(false)) {
            inbox.closed();
        } else { // it was quicker
            assertThat(sync(dialed).isActive()).isTrue();
        }
    }

    @Test
    default void opensTwoHundredLinksAtOnce() {
        AgentAddress address = reach(Transport.localAddress(listen(new Echo())));
        List<Inbox> inboxes = new ArrayList<>();
        List<Future<Channel>> dials = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Inbox inbox = new Inbox(4);
            inboxes.add(inbox);
            dials.add(dial(address, PATIENCE, inbox));
        }

        for (int i = 0; i < 200; i++) {
            send(sync(dials.get(i)), Unpooled.copyInt(i).array());
        }

        for (int i = 0; i < 200; i++) {
            assertThat(inboxes.get(i).bytes()).isEqualTo(Unpooled.copyInt(i).array());
        }
    }

    @Test
    default void refusesToListenWhereSomebodyDoes() {
        AgentAddress taken = Transport.localAddress(listen(new Echo()));

        DialException refused =
                failureOf(
                        loops().transport()
                                .listen(
                                        loops().group(),
                                        taken,
                                        new ChannelInboundHandlerAdapter()));

        assertThat(refused)
                .hasMessage(
                        taken
                                + ": another process listens there: stop it, or choose another address");
    }

    /** For the transports on which a peer can stay silent. */
    default void assertTimesOut(AgentAddress silent) {
        Inbox inbox = new Inbox(1);
        long start = System.nanoTime();

        DialException timedOut = failureOf(dial(silent, Duration.ofMillis(100), inbox));

        assertThat(timedOut).hasMessageStartingWith(silent + ": no answer within 100 ms: is the ");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThanOrEqualTo(Duration.ofMillis(100));
        inbox.closed();
        assertThat(inbox.wasActive()).isFalse();
    }

    default void assertCancelCloses(AgentAddress silent) {
        Inbox inbox = new Inbox(1);
        Future<Channel> dialed = dial(silent, PATIENCE, inbox);
        inbox.added();

        assertThat(dialed.cancel(false)).isTrue();

        inbox.closed();
        assertThat(inbox.wasActive()).isFalse();
    }

    /** For all but NIO's TCP, which lets go of its port only some time after the close. */
    default void assertListensAgain() {
        Channel first = listen(new Echo());
        AgentAddress address = Transport.localAddress(first);
        sync(first.close());

        Channel second = sync(loops().transport().listen(loops().group(), address, new Echo()));

        assertThat(Transport.localAddress(second)).isEqualTo(address);
    }

    /** A link between {@code accepted}, listening, and {@code dialing}. */
    default Channel link(ChannelHandler accepted, ChannelHandler dialing) {
        AgentAddress address = reach(Transport.localAddress(listen(accepted)));
        return sync(dial(address, PATIENCE, dialing));
    }

    default Channel listen(ChannelHandler accepted) {
        return sync(loops().transport().listen(loops().group(), free(), pipeline(accepted)));
    }

    default Future<Channel> dial(AgentAddress address, Duration timeout, ChannelHandler handler) {
        return loops().transport().dial(loops().next(), address, timeout, pipeline(handler));
    }

    private static ChannelHandler pipeline(ChannelHandler handler) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handler);
            }
        };
    }

    private static void send(Channel link, byte[] bytes) {
        var _ = link.writeAndFlush(Unpooled.wrappedBuffer(bytes), link.voidPromise());
    }

    static <T> T sync(Future<T> future) {
        assertThat(future.awaitUninterruptibly(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        if (!future.isSuccess()) {
            throw new AssertionError(future.cause());
        }
        return future.getNow();
    }

    static DialException failureOf(Future<Channel> future) {
        assertThat(future.awaitUninterruptibly(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(future.cause()).isInstanceOf(DialException.class);
        return (DialException) future.cause();
    }
}
