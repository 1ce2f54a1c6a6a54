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

/** Tells systemd, by datagrams; {@code sd_notify(3)} has what can be told. */
final class SystemdNotifier implements Notifier {
    private static final Logger LOG = LoggerFactory.getLogger(SystemdNotifier.class);
    private static final long STATUS_SECONDS = 5;
    private static final ChannelFutureListener COMPLAIN =
            sent -> {
                if (!sent.isSuccess() && sent.channel().isOpen()) {
                    LOG.warn(
                            "systemd was not told how this process is: {}",
                            sent.cause().toString());
                }
            };

    /** Nothing of what is only true now waits behind what is unsent. */
    private static final WriteBufferWaterMark NOTHING_UNSENT = new WriteBufferWaterMark(1, 1);

    private final EventLoopGroup loops;
    private final Channel systemd;
    private final @Nullable Duration watchdog;
    // Both are the loop's of the channel.
    private Supplier<String> status = () -> "";
    private String told = "";

    /**
     * @param watchdog without a ping for so long, systemd takes this process for dead; null where
     *     it wants none
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
        // systemd tells an answer to its own reload from an older one by the clock CLOCK_MONOTONIC,
        // and on Linux that is what nanoTime reads.
        send("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
    }

    @Override
    public void reloaded() {
        send("READY=1");
    }

    @Override
    public void stopping(Duration patience) {
        // It only ever lengthens the TimeoutStopSec of the unit.
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
