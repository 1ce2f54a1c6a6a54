package dev.culvert.guest.tunnel;

import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import dev.culvert.tunnel.TunnelRefusal.Code;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A tunnel to the host that is asked for, and is counted from then on: tells its listener once.
 * Confined to the event loop.
 */
final class TunnelWait implements TunnelListener {
    private final TunnelCount count;
    private final TunnelListener listener;
    private final Future<?> deadline;
    private Runnable whenOver = () -> {};
    private boolean over;

    TunnelWait(EventLoop loop, Duration patience, TunnelCount count, TunnelListener listener) {
        this.count = count;
        this.listener = listener;
        deadline =
                loop.schedule(
                        () ->
                                onRefused(
                                        Code.TIMEOUT.because(
                                                "The host has not opened the tunnel within "
                                                        + patience.toSeconds()
                                                        + " s.")),
                        patience.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    /** Runs it, after earlier ones, when there is a tunnel, or none. */
    void whenOver(Runnable action) {
        Runnable before = whenOver;
        whenOver =
                () -> {
                    before.run();
                    action.run();
                };
    }

    boolean isOver() {
        return over;
    }

    @Override
    public void onOpen(Channel tunnel) {
        if (over) {
            tunnel.close();
            return;
        }
        end();
        tunnel.closeFuture().addListener(_ -> count.leave());
        listener.onOpen(tunnel);
    }

    @Override
    public void onRefused(TunnelRefusal refusal) {
        if (!over) {
            end();
            count.leave();
            listener.onRefused(refusal);
        }
    }

    private void end() {
        over = true;
        deadline.cancel(false);
        whenOver.run();
    }
}
