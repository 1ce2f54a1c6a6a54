package dev.culvert.testing;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Stands where systemd hears its services, and keeps what they tell. */
public final class NotifySocket implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final String name;

    /**
     * @param name a path, or after an {@code @} an abstract name
     */
    public NotifySocket(String name) {
        this.name = name;
        new Bootstrap()
                .group(loops)
                .channel(EpollDomainDatagramChannel.class)
                .handler(
                        new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                            @Override
                            protected void channelRead0(
                                    ChannelHandlerContext context, DomainDatagramPacket packet) {
                                told.add(packet.content().toString(StandardCharsets.UTF_8));
                            }
                        })
                .bind(new DomainSocketAddress(name.replaceFirst("^@", "\0")))
                .syncUninterruptibly();
    }

    /** As it stands in {@code NOTIFY_SOCKET}. */
    public String name() {
        return name;
    }

    /** The lines of the next message. */
    public List<String> next() throws InterruptedException {
        List<String> lines = within(PATIENCE);
        if (lines.isEmpty()) {
            throw new AssertionError("nothing was told within " + PATIENCE);
        }
        return lines;
    }

    /** The lines of the next message that has {@code line}; those before it are dropped. */
    public List<String> nextWith(String line) throws InterruptedException {
        while (true) {
            List<String> lines = next();
            if (lines.contains(line)) {
                return lines;
            }
        }
    }

    /** The lines of the next message; none when none comes in this time. */
    public List<String> within(Duration time) throws InterruptedException {
        String message = told.poll(time.toMillis(), TimeUnit.MILLISECONDS);
        return message == null ? List.of() : message.lines().toList();
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
