package dev.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A channel that waits for nothing for a while, because it is not read and its peer has ended. */
@Timeout(30)
class EpollHandlerTest {
    private static final int MUCH = 16 << 20;

    private final EventLoops loops = EventLoops.start(1, "epoll-test");
    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final AtomicInteger read = new AtomicInteger();
    private volatile boolean ended;

    EpollHandlerTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        server.close();
        loops.close();
    }

    private Channel dial() {
        return TransportContract.sync(
                loops.transport()
                        .dial(
                                loops.next(),
                                new AgentAddress.Tcp("127.0.0.1", server.getLocalPort()),
                                TransportContract.PATIENCE,
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.config().setAutoRead(false);
                                        channel.config()
                                                .setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
                                        channel.pipeline().addLast(new Reader());
                                    }
                                }));
    }

    private final class Reader extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            read.addAndGet(((ByteBuf) message).readableBytes());
            ((ByteBuf) message).release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            ended |= event == ChannelInputShutdownEvent.INSTANCE;
        }
    }

    @Test
    void isReadAgainAfterItsPeerHasEnded() throws Exception {
        Channel channel = dial();
        try (Socket peer = server.accept()) {
            peer.getOutputStream().write(new byte[200_000]);
            peer.shutdownOutput();
            for (int i = 0; i < 3; i++) { // rounds in which the loop hears of the end
                loops.next().submit(() -> {}).sync();
            }

            channel.config().setAutoRead(true);

            Eventually.await(() -> assertThat(ended).isTrue());
            assertThat(read.get()).isEqualTo(200_000);
            assertThat(channel.isActive()).isTrue();
        }
    }

    @Test
    void writesMoreThanTheSocketTakesAfterItsPeerHasEnded() throws Exception {
        Channel channel = dial();
        try (Socket peer = server.accept()) {
            channel.config().setAutoRead(true);
            peer.shutdownOutput();
            Eventually.await(() -> assertThat(ended).isTrue());

            ChannelFuture written = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[MUCH]));

            assertThat(peer.getInputStream().readNBytes(MUCH)).hasSize(MUCH);
            assertThat(written.await().isSuccess()).isTrue();
        }
    }
}
