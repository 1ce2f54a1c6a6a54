package dev.culvert.pool;

import dev.culvert.link.DialListener;
import dev.culvert.link.Failure;
import dev.culvert.link.LinkObserver;
import dev.culvert.link.Links;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.EventLoop;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The links of one event loop, by agent. Confined to that loop. */
final class LoopPool {
    private final EventLoop loop;
    private final Links links;
    private final Supplier<PoolLimits> limits;
    private final LinkObserver observer;
    private final LongObjectMap<Slot> vsockSlots = new LongObjectHashMap<>();
    private final Map<AgentAddress, Slot> otherSlots = new HashMap<>();
    private boolean sweeping;
    private @Nullable String closeReason;

    LoopPool(EventLoop loop, Links links, Supplier<PoolLimits> limits, LinkObserver observer) {
        this.loop = loop;
        this.links = links;
        this.limits = limits;
        this.observer = observer;
    }

    void acquire(AgentAddress address, DialListener listener) {
        if (closeReason != null) {
            listener.onFailure(new Failure.Unreachable(closeReason));
            return;
        }
        Slot slot = slot(address);
        if (slot == null) {
            slot = new Slot(this, address);
            add(slot);
        }
        slot.acquire(listener);
    }

    void remove(AgentAddress address, String reason) {
        Slot slot = slot(address);
        if (slot != null) {
            drop(slot);
            slot.close(reason);
        }
    }

    void close(String reason) {
        closeReason = reason;
        List<Slot> slots = slots();
        vsockSlots.clear();
        otherSlots.clear();
        slots.forEach(slot -> slot.close(reason));
    }

    void dropIfUnused(Slot slot) {
        if (slot.isUnused() && slot(slot.address()) == slot) {
            drop(slot);
        }
    }

    /** Jittered, so that the loops do not all dial a dead agent at the same moment. */
    void afterDialPause(Runnable action) {
        long pause = limits.get().dialPause().toNanos();
        long jitter = ThreadLocalRandom.current().nextLong(pause / 2 + 1);
        loop.schedule(action, pause + jitter, TimeUnit.NANOSECONDS);
    }

    Links links() {
        return links;
    }

    PoolLimits limits() {
        return limits.get();
    }

    LinkObserver observer() {
        return observer;
    }

    private @Nullable Slot slot(AgentAddress address) {
        return address instanceof AgentAddress.Vsock vsock
                ? vsockSlots.get(key(vsock))
                : otherSlots.get(address);
    }

    private void add(Slot slot) {
        if (slot.address() instanceof AgentAddress.Vsock vsock) {
            vsockSlots.put(key(vsock), slot);
        } else {
            otherSlots.put(slot.address(), slot);
        }
        if (!sweeping) {
            sweeping = true;
            scheduleSweep();
        }
    }

    private void drop(Slot slot) {
        if (slot.address() instanceof AgentAddress.Vsock vsock) {
            vsockSlots.remove(key(vsock));
        } else {
            otherSlots.remove(slot.address());
        }
    }

    private static long key(AgentAddress.Vsock address) {
        return (Integer.toUnsignedLong(address.cid()) << Integer.SIZE)
                | Integer.toUnsignedLong(address.port());
    }

    private List<Slot> slots() {
        List<Slot> slots = new ArrayList<>(vsockSlots.values());
        slots.addAll(otherSlots.values());
        return slots;
    }

    private void scheduleSweep() {
        loop.schedule(this::sweep, limits.get().idleTimeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    private void sweep() {
        slots().forEach(Slot::sweep);
        sweeping = !vsockSlots.isEmpty() || !otherSlots.isEmpty();
        if (sweeping) {
            scheduleSweep();
        }
    }
}
