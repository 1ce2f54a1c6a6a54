package dev.culvert.daemon.turn;

import dev.culvert.daemon.metrics.TurnMetrics.Cause;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.Exchange;
import dev.culvert.link.Failure;
import dev.culvert.link.Feature;
import dev.culvert.link.Patience;
import dev.culvert.link.ReplyListener;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A turn that a client of this daemon reads, over one link after another if need be. Confined to
 * the client's event loop, but for what says otherwise.
 */
/*
 * It waits for a link, then is an exchange on it; when the link is lost and the agent can resume, it
 * waits again. A message that was sent is only ever sent again to the same instance of the agent,
 * which starts an id once (resuming.md). Where nobody reads any more, the agent is asked to stop, and
 * the turn is over when it says so.
 */
public final class LiveTurn implements ReplyListener, NextLink.Waiter {
    /* Codes of our own, of agents that speak the base protocol. */
    private static final String CANNOT_CANCEL = "cannot_cancel";
    private static final String CANNOT_JOIN = "cannot_join";

    private static final Failure TAKEN_OVER =
            new Failure.AgentError(
                    ErrorCode.TAKEN_OVER.wireName(), "another request reads this turn now");

    private final Turns turns;
    private final EventLoop loop;
    private final Origin origin;
    private final TurnListener listener;
    private final Window window;
    private final long startNanos = System.nanoTime();
    private List<Consumer<@Nullable Failure>> whenOver = List.of();

    /** What to ask, until the agent has answered anything; null where a turn is only resumed. */
    private @Nullable ByteBuf message;

    private @Nullable NextLink seeking;
    private @Nullable AgentLink link;
    private @Nullable Exchange exchange;
    private @Nullable ScheduledFuture<?> grace;
    private @Nullable Failure ending;

    /** Who read it before, until the agent has let this one read it. */
    private @Nullable LiveTurn displaced;

    private String instance = "";
    private long lastNumber;
    private long repeatedNumber;
    private long unwantedNanos;
    private boolean sent;
    private boolean triedAgain;
    private boolean suspended;
    private boolean retaken;
    private boolean unread;
    private boolean stopping;
    private volatile boolean over;

    /** Takes ownership of {@code message}. */
    LiveTurn(
            Turns turns,
            EventLoop loop,
            Origin origin,
            @Nullable ByteBuf message,
            long after,
            TurnListener listener) {
        this.turns = turns;
        this.loop = loop;
        this.origin = origin;
        this.message = message;
        this.listener = listener;
        lastNumber = after;
        window = new Window(turns.settings().turns().initialCredit());
        origin.agent().turnBegan();
    }

    /** May be asked on any thread, as may {@link #isOver}. */
    String id() {
        return origin.id();
    }

    boolean isOver() {
        return over;
    }

    /** As {@link #start}, where another has read it, and may have a message without an answer. */
    void startAfter(LiveTurn before) {
        displaces(before);
        before.onLoop(() -> {
            ByteBuf unanswered = before.message;
            ByteBuf taken = unanswered == null ? null : unanswered.retainedDuplicate();
            before.noteInstance();
            String begunBy = before.instance;
            boolean mayHaveArrived = before.sent;
            onLoop(() -> {
                if (taken != null && message == null && lastNumber == 0 && !over) {
                    message = taken;
                    instance = begunBy;
                    sent = mayHaveArrived;
                } else if (taken != null) {
                    taken.release();
                }
                if (!over) {
                    start();
                }
            });
        });
    }

    void start() {
        if (message != null && !origin.repeatable()) {
            turns.acquire(loop, origin.agent(), new FirstLink());
        } else if (origin.agentIsBase()) {
            fail(notResumable());
        } else {
            seek("");
        }
    }

    /** A new turn needs no more of a link than that it is open: what fails, fails at once. */
    private final class FirstLink implements DialListener {
        @Override
        public void onLink(AgentLink opened) {
            if (!over) {
                sendMessage(opened);
            }
        }

        @Override
        public void onFailure(Failure failure) {
            fail(failure);
        }
    }

    private void seek(String reason) {
        boolean mayBeAway = sent || message == null;
        seeking = new NextLink(turns, loop, origin, this, reason, mayBeAway);
        seeking.seek();
    }

    @Override
    public void onAnnounced(AgentLink announced) {
        if (!turns.isReader(this)) {
            fail(TAKEN_OVER);
        } else if (!announced.can(Feature.RESUME)) {
            fail(sent ? new Failure.LinkLost("the agent came back as another") : notResumable());
        } else if (!instance.isEmpty() && !announced.peer().instance().equals(instance)) {
            fail(new Failure.LinkLost("the agent was restarted, and its turns are lost"));
        } else if (message == null || (sent && stopping)) {
            resume(announced);
        } else if (sent && instance.isEmpty()) {
            fail(new Failure.LinkLost("the agent may have been restarted"));
        } else {
            sendMessage(announced);
        }
    }

    @Override
    public void onGivenUp(Failure failure) {
        fail(failure);
    }

    private void sendMessage(AgentLink opened) {
        ByteBuf payload = message;
        if (payload == null) {
            throw new IllegalStateException("a message that was answered is not sent again");
        }
        Frame request =
                Frame.request(
                        FrameType.MESSAGE,
                        id(),
                        window.credit(),
                        origin.traceparent(),
                        payload.retain());
        link = opened;
        opened.displace(id(), TAKEN_OVER);
        exchange = ifOpen(opened.open(request, this, patience()));
        if (exchange != null && !sent) {
            sent = true;
            listener.onSent();
        }
    }

    private void resume(AgentLink opened) {
        turns.metrics().onResumed(instance.isEmpty());
        link = opened;
        if (stopping) {
            opened.cancelUnread(id());
        }
        long credit = stopping ? 0 : window.credit();
        opened.displace(id(), TAKEN_OVER);
        Exchange resumed = ifOpen(opened.resume(id(), lastNumber, credit, this, patience()));
        exchange = resumed;
        if (stopping && resumed != null) {
            stop(resumed);
        }
    }

    /** Where the link refused it, {@link #onFailure} has had the word already. */
    private static @Nullable Exchange ifOpen(Exchange opened) {
        return opened.isOpen() ? opened : null;
    }

    private Patience patience() {
        Duration whole = turns.settings().timeouts().messageDeadline();
        if (whole.isZero()) {
            return turns.patience();
        }
        Duration left = whole.minusNanos(System.nanoTime() - startNanos);
        return new Patience(
                turns.settings().timeouts().message(),
                left.isPositive() ? left : Duration.ofMillis(1));
    }

    @Override
    public void onReply(Frame chunk) {
        dropMessage();
        settle(true);
        if (chunk.seq() > 0 && chunk.seq() <= lastNumber) {
            repeatedNumber = chunk.seq();
            return;
        }
        lastNumber = chunk.seq() > 0 ? chunk.seq() : lastNumber + 1;
        if (!unread) {
            window.came(chunk.payload().readableBytes());
            listener.onChunk(chunk, lastNumber);
        }
    }

    /** Its client has taken so many bytes of payload: as many more may come. */
    public void consumed(long bytes) {
        long due = window.taken(bytes);
        if (due > 0 && exchange != null) {
            exchange.grant(due);
        }
    }

    @Override
    public void onDone() {
        end(null);
        if (!unread) {
            listener.onDone(1 + (repeatedNumber > 0 ? repeatedNumber : lastNumber));
        }
    }

    @Override
    public void onFailure(Failure failure) {
        exchange = null;
        if (failure instanceof Failure.LinkLost lost && isAwaited() && isResumable()) {
            noteInstance();
            seek(lost.reason());
        } else if (failure instanceof Failure.LinkLost && mayTryAgain()) {
            triedAgain = true; // the link was gone before it could take the message
            turns.acquire(loop, origin.agent(), new FirstLink());
        } else if (isTakenOver(failure) && turns.isReader(this) && !retaken && !unread) {
            // By a request that came before this one, and reached the agent after it.
            retaken = true;
            noteInstance();
            seek("");
        } else {
            if (stopping
                    && failure instanceof Failure.AgentError error
                    && error.is(ErrorCode.CANCELLED)) {
                turns.metrics().onStopped(System.nanoTime() - unwantedNanos);
            }
            fail(failure);
        }
    }

    /** Whether anybody reads it, may come back for it, or waits for its end. */
    private boolean isAwaited() {
        return !unread || (grace != null && !stopping) || !whenOver.isEmpty();
    }

    private boolean mayTryAgain() {
        return message != null && !sent && !triedAgain && !stopping && !unread;
    }

    /** Nobody reads it now, but somebody may come back within {@code patience}; tells no more. */
    public void clientGone(Duration patience) {
        unread = true;
        unwantedNanos = System.nanoTime();
        if (displaced != null && displaced.suspended) {
            if (exchange != null) {
                exchange.detach();
            }
            end(new Failure.LinkLost("the client is gone"));
        } else if (patience.isZero() || !isResumable()) {
            cancel(Cause.CLIENT_GONE);
        } else if (!over) {
            grace = loop.schedule(this::endGrace, patience.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void endGrace() {
        if (turns.isReader(this)) {
            cancel(Cause.CLIENT_GONE);
        }
    }

    /**
     * Nobody wants it any more: it is over once the agent has stopped, which is told as its failure
     * unless the client is gone. An agent that cannot stop is left to itself, and that is told.
     */
    public void cancel(Cause cause) {
        if (over || stopping) {
            return;
        }
        turns.metrics().onCancelled(cause);
        stopping = true;
        if (unwantedNanos == 0) {
            unwantedNanos = System.nanoTime();
        }
        if (exchange != null) {
            stop(exchange);
        } else if (!isAwaited() || (message != null && !sent)) {
            fail(new Failure.AgentError(ErrorCode.CANCELLED.wireName(), "it was not begun"));
        }
    }

    private void stop(Exchange open) {
        AgentLink on = link;
        if (on != null && !on.isOpen()) {
            return; // word of its loss is on its way, and says what is next
        }
        if (on != null && !on.isAnnounced() && !origin.agentIsBase()) {
            on.whenAnnounced(() -> {
                if (open.isOpen()) {
                    stop(open);
                }
            });
        } else if (!open.stop()) {
            open.cancel();
            fail(
                    new Failure.AgentError(
                            CANNOT_CANCEL,
                            "the agent cannot be told to stop: it works on, and its answer is"
                                    + " dropped"));
        }
    }

    /** As {@link #cancel}, from any thread; {@code told} is told on its loop how it ended. */
    void delete(Consumer<@Nullable Failure> told) {
        onLoop(() -> {
            if (over) {
                told.accept(ending);
            } else {
                whenOver = new ArrayList<>(whenOver);
                whenOver.add(told);
                cancel(Cause.DELETED);
            }
        });
    }

    /**
     * This one came after {@code before}, which goes on reading unless the agent lets this one: on
     * the same link there is room for one of them, on another the agent tells it to go.
     */
    private void displaces(LiveTurn before) {
        displaced = before;
        if (before.loop.equals(loop)) {
            before.suspend();
        }
    }

    private void suspend() {
        if (over) {
            return;
        }
        suspended = true;
        if (exchange != null) {
            exchange.detach();
            exchange = null;
        }
        stopSeeking();
    }

    /** Whether the agent has let this one read; if not, who read before goes on. */
    private void settle(boolean accepted) {
        LiveTurn before = displaced;
        displaced = null;
        if (before == null) {
            return;
        }
        if (!accepted) {
            turns.restore(this, before);
        }
        before.onLoop(() -> {
            if (before.over || !before.suspended) {
                return;
            }
            before.suspended = false;
            if (accepted) {
                before.fail(TAKEN_OVER);
            } else {
                before.seek("");
            }
        });
    }

    /** Says to who waits for the end that it was not heard of: the turn may go on. */
    private static Failure shuttingDown() {
        return new Failure.AgentError(
                ErrorCode.DRAINING.wireName(),
                "the daemon is shutting down, and has not heard how the turn ended");
    }

    /** Whether the agent has said it to a reader of the turn, and not refused to let it read. */
    private static boolean isOfTheTurn(Failure failure) {
        return switch (failure) {
            case Failure.ToolBlocked _ -> true;
            case Failure.AgentError error -> error.seq() > 0 || error.is(ErrorCode.TAKEN_OVER);
            case Failure.Unreachable _,
                    Failure.LinkLost _,
                    Failure.TimedOut _,
                    Failure.Overloaded _,
                    Failure.TooLarge _,
                    Failure.BadAnswer _ ->
                    false;
        };
    }

    private static boolean isTakenOver(@Nullable Failure failure) {
        return failure instanceof Failure.AgentError error && error.is(ErrorCode.TAKEN_OVER);
    }

    /**
     * Ends it here; the agent is told to stop only where nobody could come back for it. From any
     * thread.
     */
    void cut() {
        onLoop(() -> {
            if (over) {
                return;
            }
            if (exchange != null && isResumable()) {
                exchange.detach();
            } else if (exchange != null) {
                turns.metrics().onCancelled(Cause.SHUTDOWN);
                exchange.cancel();
            }
            settle(true); // not back to a reader who would have to be cut in turn
            end(shuttingDown());
            if (!unread) {
                listener.onCut();
            }
        });
    }

    private void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    private void fail(Failure failure) {
        if (!over) {
            end(failure);
            if (!unread) {
                listener.onFailure(failure);
            }
        }
    }

    private void end(@Nullable Failure how) {
        over = true;
        ending = how;
        exchange = null;
        dropMessage();
        stopSeeking();
        settle(how == null || stopping || isOfTheTurn(how));
        if (grace != null) {
            grace.cancel(false);
        }
        turns.leave(this);
        origin.agent().turnEnded();
        for (int i = 0; i < whenOver.size(); i++) {
            whenOver.get(i).accept(how);
        }
    }

    private void stopSeeking() {
        if (seeking != null) {
            seeking.stop();
        }
    }

    private void dropMessage() {
        if (message != null) {
            message.release();
            message = null;
        }
    }

    /** What the lost link said counts; what the home link says only where that one said nothing. */
    private void noteInstance() {
        if (link != null && instance.isEmpty()) {
            String said = link.peer().instance();
            instance = said.isEmpty() ? origin.agent().presence().said().instance() : said;
        }
    }

    /** Whether there is something at the agent to come back to, and a way to. */
    private boolean isResumable() {
        if (message != null && !sent) {
            return false;
        }
        return (link != null && link.can(Feature.RESUME)) || origin.agentResumes();
    }

    private Failure notResumable() {
        return message == null
                ? new Failure.AgentError(
                        ErrorCode.UNKNOWN_TURN.wireName(),
                        "the agent speaks the base protocol only, and cannot take a turn up again")
                : new Failure.AgentError(
                        CANNOT_JOIN,
                        "the agent speaks the base protocol only, and cannot tell a repeated"
                                + " request from a new one");
    }
}
