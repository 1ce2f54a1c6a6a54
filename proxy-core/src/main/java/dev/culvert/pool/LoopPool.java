package dev.culvert.pool;

import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.Dialer;
import dev.culvert.link.Failure;
import dev.culvert.link.Lane;
import dev.culvert.link.LinkObserver;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The links of one event loop, by agent. Confined to that loop. */
final class LoopPool {
    private final EventLoop loop;
    private final Dialer dialer;
    private final Supplier<PoolLimits> limits;
    private final LinkObserver observer;
    private final OpenLinks open;
    private final Slots first = new Slots();
    private final Slots second = new Slots();
    private boolean sweeping;
    private @Nullable String closeReason;

    LoopPool(
            EventLoop loop,
            Dialer dialer,
            Supplier<PoolLimits> limits,
            LinkObserver observer,
            OpenLinks open) {
        this.loop = loop;
        this.dialer = dialer;
        this.limits = limits;
        this.observer = observer;
        this.open = open;
    }

    void acquire(AgentAddress address, Lane lane, DialListener listener) {
        if (closeReason != null) {
            listener.onFailure(new Failure.Unreachable(closeReason));
            return;
        }
        Slot slot = slots(lane).find(address);
        if (slot == null) {
            slot = new Slot(this, address, lane);
            add(slot);
        }
        slot.acquire(listener);
    }

    void remove(AgentAddress address, String reason) {
        for (Lane lane : Lane.values()) {
            Slot slot = slots(lane).find(address);
            if (slot != null) {
                slots(lane).remove(slot);
                slot.close(reason);
            }
        }
    }

    void close(String reason) {
        closeReason = reason;
        List<Slot> slots = all();
        first.clear();
        second.clear();
        slots.forEach(slot -> slot.close(reason));
    }

    void dropIfUnused(Slot slot) {
        Slots lane = slots(slot.lane());
        if (slot.isUnused() && lane.find(slot.address()) == slot) {
            lane.remove(slot);
        }
    }

    /** The pause is jittered, so that the loops do not all dial a dead agent at once. */
    void afterDialPause(Runnable action) {
        long pause = limits.get().dialPause().toNanos();
        long jitter = ThreadLocalRandom.current().nextLong(pause / 2 + 1);
        loop.schedule(action, pause + jitter, TimeUnit.NANOSECONDS);
    }

    /** Opens a new link, which counts as open to {@code address} until it is closed. */
    void dial(AgentAddress address, DialListener listener) {
        dialer.dial(
                address,
                new DialListener() {
                    @Override
                    public void onLink(AgentLink link) {
                        open.opened(address);
                        link.closed().addListener(_ -> open.closed(address));
                        listener.onLink(link);
                    }

                    @Override
                    public void onFailure(Failure failure) {
                        listener.onFailure(failure);
                    }
                });
    }

    PoolLimits limits() {
        return limits.get();
    }

    LinkObserver observer() {
        return observer;
    }

    private Slots slots(Lane lane) {
        return switch (lane) {
            case FIRST -> first;
            case SECOND -> second;
        };
    }

    private void add(Slot slot) {
        slots(slot.lane()).add(slot);
        if (!sweeping) {
            sweeping = true;
            scheduleSweep();
        }
    }

    private List<Slot> all() {
        List<Slot> slots = new ArrayList<>();
        first.addAllTo(slots);
        second.addAllTo(slots);
        return slots;
    }

    private void scheduleSweep() {
        loop.schedule(this::sweep, limits.get().idleTimeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    private void sweep() {
        all().forEach(Slot::sweep);
        sweeping = !first.isEmpty() || !second.isEmpty();
        if (sweeping) {
            scheduleSweep();
        }
    }
}
