package dev.culvert.daemon.turn;

import dev.culvert.link.Failure;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who wants the turn: the client that reads it, and whoever waits for its end. */
final class Audience {
    private static final Demand WANTED = new Wanted();
    private static final Demand UNREAD = new Unread();
    private static final Demand TOLD_DONE = new Told(null);

    private final Reading reader;
    private final boolean begins;
    private List<Consumer<@Nullable Failure>> whenOver = List.of();
    private Demand demand = WANTED;
    private CancelCause cause = CancelCause.CLIENT_GONE;

    /** Whether the agent has answered a later reader; set on that reader's event loop. */
    private volatile boolean taken;

    /** Whether the turn goes on to its end if the client leaves. */
    private volatile boolean goesOn;

    /** Those who read along; null if nobody does. */
    private volatile @Nullable Watched watched;

    /**
     * @param begins whether its client begins the turn, or repeats the request that did
     */
    Audience(Reading reader, boolean begins) {
        this.reader = reader;
        this.begins = begins;
    }

    private sealed interface Demand {}

    /** The client reads it. */
    private record Wanted() implements Demand {}

    /**
     * The client is gone, or was told that another one reads the turn. It is told nothing more.
     *
     * @param grace the timer that runs while a client may come back
     */
    private record Left(long sinceNanos, ScheduledFuture<?> grace) implements Demand {}

    /** The client is gone, and wants the turn to go on to its end. */
    private record Unread() implements Demand {}

    /** The grace is over: the turn goes on only if a later client reads it. */
    private record Forsaken(long sinceNanos) implements Demand {}

    /** The agent has to end it, or will once there is a link; the client waits to be told. */
    private record Stopping(long sinceNanos) implements Demand {}

    /** As Stopping, and the client is gone. */
    private record StoppingUnread(long sinceNanos) implements Demand {}

    /** It is over, and everybody was told. */
    private record Told(@Nullable Failure how) implements Demand {}

    /** Whether the client begins the turn, or repeats the request that did. */
    boolean begins() {
        return begins;
    }

    /** Whether there is a client that is told events. */
    boolean isRead() {
        if (demand
                instanceof
                Wanted) { // the case of nearly every event, so it comes before the switch
            return true;
        }
        return switch (demand) {
            case Wanted _, Stopping _ -> true;
            case Left _, Unread _, Forsaken _, StoppingUnread _, Told _ -> false;
        };
    }

    /** Whether a client wants its answer, now or later, and nobody wants it to end. */
    boolean isWanted() {
        return demand instanceof Wanted || demand instanceof Unread;
    }

    /** Whether its client is gone and wants it to go on. */
    boolean isUnread() {
        return demand instanceof Unread;
    }

    boolean isStopping() {
        return switch (demand) {
            case Stopping _, StoppingUnread _ -> true;
            case Wanted _, Left _, Unread _, Forsaken _, Told _ -> false;
        };
    }

    boolean isForsaken() {
        return demand instanceof Forsaken;
    }

    /** The agent has answered a later reader. May be called on any thread. */
    void takenOver() {
        taken = true;
    }

    /** Whether another reader has taken the turn over, or is about to. */
    boolean isTakenOver() {
        return taken || !reader.needs().live().isLast(reader);
    }

    /** Whether somebody reads the turn, may come back for it, or waits for its end. */
    boolean isAwaited() {
        return !whenOver.isEmpty()
                || switch (demand) {
                    case Wanted _, Stopping _ -> true;
                    case Left _, Unread _ -> !isTakenOver();
                    case Forsaken _, StoppingUnread _, Told _ -> false;
                };
    }

    /** Somebody reads along. May be called on any thread. */
    void watchedBy(Watched watchers) {
        watched = watchers;
    }

    @Nullable Watched watched() {
        return watched;
    }

    /** From now on the turn goes on to its end even if the client leaves. */
    void keepGoing() {
        if (!goesOn) {
            goesOn = true;
            reader.needs().goingOn().begin();
        }
        if (demand instanceof Left(_, ScheduledFuture<?> grace)) {
            grace.cancel(false);
            demand = UNREAD;
        }
    }

    /** Whether it does. May be called on any thread. */
    boolean goesOn() {
        return goesOn;
    }

    /**
     * The client leaves. {@code forsaken} runs when the grace is over, unless the turn goes on
     * without a client.
     */
    void leave(Duration grace, EventLoop loop, Runnable forsaken) {
        long now = System.nanoTime();
        switch (demand) {
            case Wanted _ -> {
                if (goesOn) {
                    demand = UNREAD;
                } else if (grace.isZero()) {
                    demand = new Forsaken(now);
                    forsaken.run();
                } else {
                    Runnable forsake =
                            () -> {
                                demand = new Forsaken(now);
                                forsaken.run();
                            };
                    demand =
                            new Left(
                                    now,
                                    loop.schedule(forsake, grace.toNanos(), TimeUnit.NANOSECONDS));
                }
            }
            case Stopping(long since) -> demand = new StoppingUnread(since);
            case Left _, Unread _, Forsaken _, StoppingUnread _, Told _ -> {}
        }
    }

    /** Nobody wants the turn from now on, for this reason. */
    void stop(CancelCause why) {
        cause = why;
        demand =
                switch (demand) {
                    case Wanted _ -> new Stopping(System.nanoTime());
                    case Left(long since, ScheduledFuture<?> grace) -> {
                        grace.cancel(false);
                        yield new StoppingUnread(since);
                    }
                    case Unread _ -> new StoppingUnread(System.nanoTime());
                    case Forsaken(long since) -> new StoppingUnread(since);
                    case Stopping _, StoppingUnread _, Told _ -> demand;
                };
    }

    /** Why it is stopped. */
    CancelCause cause() {
        return cause;
    }

    /** For how long nobody has wanted it. */
    long unwantedNanos() {
        return switch (demand) {
            case Wanted _, Unread _, Told _ -> 0;
            case Left(long since, _) -> System.nanoTime() - since;
            case Forsaken(long since) -> System.nanoTime() - since;
            case Stopping(long since) -> System.nanoTime() - since;
            case StoppingUnread(long since) -> System.nanoTime() - since;
        };
    }

    /** Tells {@code told} once how the turn ended; at once if it is over. */
    void whenOver(Consumer<@Nullable Failure> told) {
        if (demand instanceof Told(Failure how)) {
            told.accept(how);
        } else {
            whenOver = new ArrayList<>(whenOver);
            whenOver.add(told);
        }
    }

    /**
     * The reading has ended. The caller tells the client, if {@link #isRead} said before that there
     * is one.
     */
    void over(@Nullable Failure how) {
        if (demand instanceof Left(_, ScheduledFuture<?> grace)) {
            grace.cancel(false);
        }
        if (goesOn) {
            reader.needs().goingOn().end();
        }
        demand = how == null ? TOLD_DONE : new Told(how);
        for (int i = 0; i < whenOver.size(); i++) {
            whenOver.get(i).accept(how);
        }
    }
}
