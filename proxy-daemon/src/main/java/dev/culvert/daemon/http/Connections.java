package dev.culvert.daemon.http;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** All open connections of all loops: limits their number and drains them. */
public final class Connections {
    /**
     * What ends this side of a connection, so that the other one may go on, where it is not the end
     * of a socket.
     */
    public static final AttributeKey<Runnable> OUTPUT_END =
            AttributeKey.valueOf("culvert.http.output.end");

    /** Fired through each pipeline: finish the current request and close. */
    public static final Object DRAIN = new Object();

    private final AtomicInteger count = new AtomicInteger();
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean draining;
    private volatile int limit;

    public Connections(int limit) {
        this.limit = limit;
    }

    /** Open connections stay, even above a lower limit. */
    public void limit(int next) {
        limit = next;
    }

    /** Counts {@code channel} until it closes; false if it is over the limit. */
    public boolean admit(Channel channel) {
        if (count.incrementAndGet() > limit) {
            count.decrementAndGet();
            noticeDrained(); // the last one may have closed while this was counted
            return false;
        }
        channels.add(channel);
        channel.closeFuture().addListener(_ -> leave(channel));
        return true;
    }

    /** Does not count {@code channel} any longer; false if it is not counted. */
    boolean leave(Channel channel) {
        boolean known = channels.remove(channel);
        if (known) {
            count.decrementAndGet();
            noticeDrained();
        }
        return known;
    }

    public boolean isDraining() {
        return draining;
    }

    public CompletionStage<Void> drain() {
        draining = true;
        channels.forEach(it -> it.pipeline().fireUserEventTriggered(DRAIN));
        noticeDrained();
        return drained;
    }

    private void noticeDrained() {
        if (draining && count.get() == 0) {
            drained.complete(null);
        }
    }
}
