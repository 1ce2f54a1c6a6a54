package dev.culvert.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NextRoundTest {
    @Test
    void onEpollWhatHasComeIsReadBefore() throws Exception {
        assertReadsFirst(EpollIoHandler.newFactory(), EpollSocketChannel.class);
    }

    @Test
    void onNioWhatHasComeIsReadBefore() throws Exception {
        assertReadsFirst(NioIoHandler.newFactory(), NioSocketChannel.class);
    }

    /** The loop stands still while the peer writes, and has a task to run when it goes on. */
    private static void assertReadsFirst(
            IoHandlerFactory io, Class<? extends SocketChannel> channelType) throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> over = new CompletableFuture<>();
        CountDownLatch written = new CountDownLatch(1);
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, io);
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SocketChannel channel =
                    (SocketChannel)
                            new Bootstrap()
                                    .group(group)
                                    .channel(channelType)
                                    .handler(new Note(order))
                                    .connect(server.getLocalSocketAddress())
                                    .sync()
                                    .channel();
            try (Socket peer = server.accept()) {
                channel.eventLoop()
                        .execute(() -> {
                            await(written);
                            NextRound.run(
                                    channel.eventLoop(),
                                    () -> {
                                        order.add("run");
                                        over.complete(null);
                                    });
                        });
                peer.getOutputStream().write(1);
                written.countDown();
                over.get(10, TimeUnit.SECONDS);
            }

            assertThat(order).containsExactly("read", "run");
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Note extends SimpleChannelInboundHandler<ByteBuf> {
        private final List<String> order;

        Note(List<String> order) {
            this.order = order;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            order.add("read");
        }
    }
}
