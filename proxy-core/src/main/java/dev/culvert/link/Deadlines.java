package dev.culvert.link;

import dev.culvert.io.NextRound;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The timer wheel of one event loop: adding, moving and removing a deadline costs a few field
 * writes, and one tick every 100 ms serves all exchanges of the loop.
 */
/* A frame only changes an exchange's due tick; the exchange moves to another slot when its old one comes
 * round. Ticks are counted, not read from a clock: a deadline expires up to two ticks late, and a time
 * in which the loop was stuck does not count as silence of an agent. The ticking stops after a while
 * without any exchange. */
final class Deadlines {
    private static final long TICK_MILLIS = 100;
    private static final int SLOTS = 512;
    private static final int IDLE_TICKS = 50;

    private final EventLoop loop;
    private final RingNode[] slots = new RingNode[SLOTS];
    private @Nullable ScheduledFuture<?> ticking;
    private long now;
    private int size;
    private int idleTicks;

    Deadlines(EventLoop loop) {
        this.loop = loop;
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new RingNode();
        }
    }

    long now() {
        return now;
    }

    /** Rounded up, plus one: the current tick has begun already. */
    static long ticks(Duration duration) {
        return (duration.toMillis() + TICK_MILLIS - 1) / TICK_MILLIS + 1;
    }

    void add(Exchange exchange) {
        place(exchange);
        size++;
        if (ticking == null) {
            scheduleTick();
        }
    }

    void remove(Exchange exchange) {
        exchange.unlink();
        size--;
    }

    private void place(Exchange exchange) {
        exchange.linkBefore(slots[slot(exchange.dueTick())]);
    }

    private static int slot(long tick) {
        return (int) (tick % SLOTS);
    }

    private void scheduleTick() {
        ticking = loop.schedule(this::lookAround, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Reads what came in while the loop was stuck before it says that anybody is late. */
    private void lookAround() {
        ticking = NextRound.run(loop, this::tick);
    }

    private void tick() {
        now++;
        List<Exchange> expired = new ArrayList<>();
        RingNode node = slots[slot(now)].next();
        while (node instanceof Exchange exchange) {
            node = exchange.next();
            if (exchange.dueTick() <= now) {
                expired.add(exchange);
            } else if (slot(exchange.dueTick()) != slot(now)) {
                exchange.unlink();
                place(exchange);
            }
        }
        expired.forEach(Exchange::expire);
        goOnUnlessIdle();
    }

    private void goOnUnlessIdle() {
        idleTicks = size == 0 ? idleTicks + 1 : 0;
        if (idleTicks < IDLE_TICKS) {
            scheduleTick();
        } else {
            ticking = null;
            idleTicks = 0;
        }
    }
}
