package dev.culvert.daemon.subjects;

import dev.culvert.daemon.config.SubjectSettings;
import dev.culvert.daemon.subjects.SubjectObserver.Source;
import dev.culvert.subject.SubjectMatch;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The messages that wait for one subscriber. Too many are not kept: the subscriber is told how many
 * it missed, at the place where they would have been. Safe for all threads.
 */
public final class Subscription {
    /** What a subscriber gets next. */
    public sealed interface Item {}

    /**
     * A message.
     *
     * @param json on the heap, shared with other subscribers: to be read through a duplicate
     */
    public record Message(ByteBuf json) implements Item {}

    /** So many messages are missing here. */
    public record Missed(long count) implements Item {}

    private static final long GRAIN_BYTES = 64 * 1024;

    private final String tenant;
    private final SubjectMatch match;
    private final Source who;
    private final Supplier<SubjectSettings> limits;
    private final SubjectObserver observer;
    private final Runnable wake;
    private final AtomicBoolean woken = new AtomicBoolean();

    /** Its own lock guards the rest. */
    private final Queue<Item> queue = new ArrayDeque<>();

    private int messages;
    private long bytes;

    /** How many of them the subscriber knows of. */
    private long measured;

    private long missed;

    /**
     * @param wake called on any thread when something waits, and not again before {@link #next},
     *     but for each {@link #GRAIN_BYTES} that wait: the subscriber charges them to somebody
     */
    Subscription(
            String tenant,
            SubjectMatch match,
            Source who,
            Supplier<SubjectSettings> limits,
            SubjectObserver observer,
            Runnable wake) {
        this.tenant = tenant;
        this.match = match;
        this.who = who;
        this.limits = limits;
        this.observer = observer;
        this.wake = wake;
    }

    String tenant() {
        return tenant;
    }

    SubjectMatch match() {
        return match;
    }

    Source who() {
        return who;
    }

    /** False if the subscriber misses it. */
    boolean offer(ByteBuf json) {
        boolean isKept = keep(json);
        if (!isKept) {
            observer.onMissed();
        }
        boolean hasGrown = hasGrown();
        if (woken.compareAndSet(false, true) || hasGrown) {
            wake.run();
        }
        return isKept;
    }

    /** Whether the subscriber has to measure anew what it holds. */
    private boolean hasGrown() {
        synchronized (queue) {
            boolean hasGrown = bytes - measured >= GRAIN_BYTES;
            measured = hasGrown ? bytes : measured;
            return hasGrown;
        }
    }

    private boolean keep(ByteBuf json) {
        SubjectSettings most = limits.get();
        synchronized (queue) {
            if (messages >= most.maxQueued()
                    || bytes + json.readableBytes() > most.maxQueuedBytes()) {
                missed++;
                return false;
            }
            tellMissed();
            queue.add(new Message(json));
            messages++;
            bytes += json.readableBytes();
            return true;
        }
    }

    private void tellMissed() {
        if (missed > 0) {
            queue.add(new Missed(missed));
            missed = 0;
        }
    }

    /** What comes next; null if nothing waits. */
    public @Nullable Item next() {
        woken.set(false);
        synchronized (queue) {
            if (queue.isEmpty()) {
                tellMissed();
            }
            Item item = queue.poll();
            if (item instanceof Message(ByteBuf json)) {
                messages--;
                bytes -= json.readableBytes();
                measured = Math.min(measured, bytes);
            }
            return item;
        }
    }

    /** Bytes of the messages that wait. */
    public long heldBytes() {
        synchronized (queue) {
            return bytes;
        }
    }
}
