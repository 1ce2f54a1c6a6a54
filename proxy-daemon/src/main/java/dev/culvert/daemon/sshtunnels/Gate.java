package dev.culvert.daemon.sshtunnels;

import dev.culvert.transport.AgentAddress;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Lets callers in while the tunnel is up, and makes the others wait. Safe for all threads. */
final class Gate {
    private record Waiting(EventLoop loop, Consumer<AgentAddress> next) {}

    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private @Nullable AgentAddress near;

    /**
     * Calls {@code next} on that loop with where to connect: now, or when it is up. It may be
     * called after the caller has given up.
     */
    void pass(EventLoop loop, Consumer<AgentAddress> next) {
        AgentAddress now;
        synchronized (this) {
            now = near;
            if (now == null) {
                waiting.add(new Waiting(loop, next));
                return;
            }
        }
        next.accept(now);
    }

    /** It does not wait any more. */
    synchronized void forget(Consumer<AgentAddress> next) {
        waiting.removeIf(each -> each.next.equals(next));
    }

    void open(AgentAddress address) {
        Queue<Waiting> all;
        synchronized (this) {
            near = address;
            all = new ArrayDeque<>(waiting);
            waiting.clear();
        }
        for (Waiting each : all) {
            try {
                each.loop.execute(() -> each.next.accept(address));
            } catch (RejectedExecutionException _) {
                return; // the daemon stops
            }
        }
    }

    synchronized void shut() {
        near = null;
    }

    synchronized Optional<AgentAddress> near() {
        return Optional.ofNullable(near);
    }
}
