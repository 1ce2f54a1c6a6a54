package dev.culvert.transport;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles a listener that the system gives no connection: tries again after a second, and logs it
 * once a minute. Confined to the listener's event loop.
 */
/* Netty's own handler would pause as well, but log a stack trace each second. */
final class AcceptFailures extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptFailures.class);
    private static final long PAUSE_SECONDS = 1;
    private static final long SILENT_SECONDS = 60;

    private final AgentAddress address;
    private final LongAdder count;

    /** Made in advance: without a free file descriptor no class can be loaded. */
    private final String withoutDescriptors;

    private boolean failing;
    private long tellAgainNanos;

    /**
     * @param count shared by all listeners
     */
    AcceptFailures(AgentAddress address, LongAdder count) {
        this.address = address;
        this.count = count;
        withoutDescriptors =
                String.valueOf(
                        Diagnosis.listening(address, new IOException("Too many open files"))
                                .getMessage());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        count.increment();
        long now = context.channel().eventLoop().ticker().nanoTime();
        if (!failing || now - tellAgainNanos >= 0) {
            failing = true;
            tellAgainNanos = now + TimeUnit.SECONDS.toNanos(SILENT_SECONDS);
            LOG.error(
                    "cannot accept a connection on {}; trying again every second",
                    Errno.of(cause) == Errno.NO_DESCRIPTOR
                            ? withoutDescriptors
                            : address + ": " + cause.getMessage());
        }
        ChannelConfig config = context.channel().config();
        if (config.isAutoRead()) {
            config.setAutoRead(false);
            var _ =
                    context.channel()
                            .eventLoop()
                            .schedule(
                                    () -> config.setAutoRead(true),
                                    PAUSE_SECONDS,
                                    TimeUnit.SECONDS);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        if (failing) {
            failing = false;
            LOG.info("accepting connections again on {}", address);
        }
        context.fireChannelRead(accepted);
    }
}
