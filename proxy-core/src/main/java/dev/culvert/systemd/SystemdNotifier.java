package dev.culvert.systemd;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells systemd by datagrams, as {@code sd_notify(3)} describes them. */
final class SystemdNotifier implements Notifier {
    private static final Logger LOG = LoggerFactory.getLogger(SystemdNotifier.class);
    private static final long STATUS_SECONDS = 5;
    private static final ChannelFutureListener COMPLAIN =
            sent -> {
                if (!sent.isSuccess() && sent.channel().isOpen()) {
                    LOG.warn(
                            "could not tell systemd how this process is: {}",
                            sent.cause().toString());
                }
            };

    /** Messages that are only true now do not wait for unsent ones. */
    private static final WriteBufferWaterMark NOTHING_UNSENT = new WriteBufferWaterMark(1, 1);

    private final EventLoopGroup loops;
    private final Channel systemd;
    private final @Nullable Duration watchdog;
    // Both belong to the channel's loop.
    private Supplier<String> status = () -> "";
    private String told = "";

    /**
     * @param watchdog without a ping for so long, systemd takes this process for dead; null if it
     *     wants no pings
     */
    SystemdNotifier(EventLoopGroup loops, Channel systemd, @Nullable Duration watchdog) {
        this.loops = loops;
        this.systemd = systemd;
        this.watchdog = watchdog;
        systemd.config().setWriteBufferWaterMark(NOTHING_UNSENT);
    }

    @Override
    public void ready(Supplier<String> status) {
        systemd.eventLoop()
                .execute(() -> {
                    this.status = status;
                    told = status.get();
                    send("READY=1\nSTATUS=" + told);
                });
        systemd.eventLoop()
                .scheduleWithFixedDelay(
                        this::refresh, STATUS_SECONDS, STATUS_SECONDS, TimeUnit.SECONDS);
        if (watchdog != null) {
            new Watchdog(loops, watchdog, this::ping).start();
        }
    }

    @Override
    public void reloading() {
        // By CLOCK_MONOTONIC, which nanoTime reads on Linux, systemd tells the answer to its reload
        // from an older one.
        send("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
    }

    @Override
    public void reloaded() {
        send("READY=1");
    }

    @Override
    public void stopping(Duration patience) {
        // This can only lengthen the TimeoutStopSec of the unit.
        send(
                "STOPPING=1\nEXTEND_TIMEOUT_USEC="
                        + TimeUnit.NANOSECONDS.toMicros(patience.toNanos()));
        systemd.eventLoop().execute(this::refresh);
    }

    private void ping() {
        if (systemd.isWritable()) {
            send("WATCHDOG=1");
        }
    }

    private void refresh() {
        String now = status.get();
        if (!now.equals(told) && systemd.isWritable()) {
            told = now;
            send("STATUS=" + now);
        }
    }

    private void send(String message) {
        systemd.writeAndFlush(ByteBufUtil.writeUtf8(systemd.alloc(), message))
                .addListener(COMPLAIN);
    }
}
