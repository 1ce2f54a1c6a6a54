package dev.culvert.daemon.turn;

import dev.culvert.daemon.metrics.TurnMetrics.Cause;
import dev.culvert.daemon.turn.LinkSearch.Kind;
import dev.culvert.daemon.turn.Progress.Unanswered;
import dev.culvert.daemon.turn.State.New;
import dev.culvert.daemon.turn.State.Over;
import dev.culvert.daemon.turn.State.Reading;
import dev.culvert.daemon.turn.State.Waiting;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Holding;
import dev.culvert.io.Share;
import dev.culvert.link.AgentLink;
import dev.culvert.link.Exchange;
import dev.culvert.link.Failure;
import dev.culvert.link.Feature;
import dev.culvert.link.ReplyListener;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's reading of a turn, over one link after another if need be. Confined to the client's
 * event loop, but for what says otherwise.
 */
/*
 * It waits for a link, then is an exchange on it; when the link is lost and the agent can resume, it waits again.
 * A message that was sent is only ever sent again to the same instance of the agent, which starts an id once
 * (resuming.md). Several clients may come for one turn: each reads over a link of its own, and the agent, which has
 * one reader at a time, tells the one before that it was taken over. Until then that one reads on, whatever becomes
 * of who came after it.
 */
public final class LiveTurn implements ReplyListener, LinkSearch.Seeker {
    private final TurnNeeds needs;
    private final EventLoop loop;
    private final Origin origin;
    private final TurnListener listener;
    private final Progress progress;
    private final Requests requests;
    private final Audience audience = new Audience();
    private State state = State.NEW;

    /** Whether it had its second chance: once a request may meet a dead link, or be overtaken. */
    private boolean retried;

    /** Whether the agent lets one read that came after this one; set on that one's event loop. */
    private volatile boolean passed;

    /** The reader before this one; belongs to {@link Readers}. */
    volatile @Nullable LiveTurn before;

    /** Takes ownership of {@code message}. */
    LiveTurn(
            TurnNeeds needs,
            EventLoop loop,
            Origin origin,
            @Nullable ByteBuf message,
            long after,
            TurnListener listener) {
        this.needs = needs;
        this.loop = loop;
        this.origin = origin;
        this.listener = listener;
        int credit = needs.settings().get().turns().initialCredit();
        progress = new Progress(message, after, credit, this::charged);
        requests = new Requests(needs, origin, progress);
        origin.agent().turnBegan();
    }

    private Holding charged() {
        return needs.shares()
                .apply(origin.agent())
                .open(HeldKind.MESSAGES, loop, this::isOverMemory);
    }

    /** It cannot be sent again from now on; where it was not sent at all, that is the end. */
    private void isOverMemory(Share share) {
        if (progress.isSent()) {
            progress.dropMessage();
        } else {
            fail(Endings.overMemory(share));
        }
    }

    /** May be asked on any thread, as may {@link #origin}. */
    String id() {
        return origin.id();
    }

    Origin origin() {
        return origin;
    }

    /** The agent of this instance has answered the message before: it is not to begin it again. */
    void wasBegunBy(String instance) {
        progress.wasBegunBy(instance);
    }

    /** In place of {@link #start}. */
    void refuse(Failure failure) {
        fail(failure);
    }

    /** How it is, told on its loop. From any thread. */
    void look(Consumer<TurnStatus> told) {
        onLoop(() ->
                told.accept(
                        TurnStatus.live(
                                origin,
                                lookAtState(),
                                progress.lastNumber(),
                                audience.isRead() ? List.of(origin.request()) : List.of())));
    }

    private TurnStatus.State lookAtState() {
        if (audience.isStopping()) {
            return TurnStatus.State.STOPPING;
        }
        return switch (state) {
            case New _, Waiting _ -> TurnStatus.State.WAITING;
            case Reading _ -> TurnStatus.State.RUNNING;
            case Over _ -> TurnStatus.State.UNREAD;
        };
    }

    /** As {@link #start}, where another reads it, and may have a message without an answer. */
    void startAfter(LiveTurn other) {
        if (progress.hasMessage() || !progress.isAtTheBeginning()) {
            start();
            return;
        }
        other.onLoop(() -> {
            other.noteInstance();
            Unanswered unanswered = other.progress.unanswered();
            onLoop(() -> {
                if (unanswered != null && state instanceof Over) {
                    unanswered.message().release();
                } else if (unanswered != null) {
                    progress.take(unanswered);
                }
                start();
            });
        });
    }

    void start() {
        if (state instanceof Over) {
            return;
        }
        if (requests.isNew()) {
            seek(Kind.ANY, "");
        } else if (origin.agentIsBase()) {
            fail(requests.notResumable());
        } else {
            seek(progress.mayBeKnown() ? Kind.PATIENT : Kind.ANNOUNCED, "");
        }
    }

    private void seek(Kind kind, String reason) {
        LinkSearch search = new LinkSearch(needs, loop, origin, this, kind, reason);
        state = new Waiting(search, isKnownToTheAgent());
        search.begin();
    }

    /** Whether the agent has had a request of this reader. */
    private boolean isKnownToTheAgent() {
        return switch (state) {
            case New _ -> false;
            case Waiting(_, boolean again) -> again;
            case Reading _, Over _ -> true;
        };
    }

    @Override
    public void onFound(AgentLink link) {
        boolean stopping = audience.isStopping();
        Failure obstacle = requests.obstacle(link, stopping);
        if (obstacle != null) {
            fail(obstacle);
            return;
        }
        boolean again = isKnownToTheAgent();
        Exchange exchange = requests.open(link, this, stopping);
        if (!exchange.isOpen()) {
            return; // onFailure had the word, and by now this may be in any other state
        }
        Reading reading = new Reading(link, exchange);
        state = reading;
        if (exchange.request() == FrameType.RESUME) {
            needs.metrics().onResumed(!again);
        }
        if (progress.hasMessage() && progress.markSent()) {
            listener.onSent();
        }
        if (stopping) {
            stop(reading);
        }
    }

    @Override
    public void onNotFound(Failure failure) {
        fail(failure);
    }

    @Override
    public void onReply(Frame chunk) {
        if (progress.markAnswered()) {
            passThoseBefore();
        }
        long number = progress.take(chunk);
        if (number > 0 && audience.isRead()) {
            progress.came(chunk.payload().readableBytes());
            listener.onChunk(chunk, number);
        }
    }

    /** The agent lets this one read. Those before may be the last to hear of it, on their links. */
    private void passThoseBefore() {
        for (LiveTurn it = before; it != null; it = it.before) {
            LiveTurn other = it;
            other.passed = true;
            other.onLoop(other::takenOver);
        }
    }

    /** Its client has taken so many bytes of payload: as many more may come. */
    public void consumed(long bytes) {
        long due = progress.taken(bytes);
        if (due > 0 && state instanceof Reading(_, Exchange exchange)) {
            exchange.grant(due);
        }
    }

    /** Whether the agent may send only what it was given credit for. */
    public boolean hasCredit() {
        return state instanceof Reading(AgentLink link, _) && link.can(Feature.CREDIT);
    }

    @Override
    public void onDone() {
        end(null);
        if (audience.isRead()) {
            listener.onDone(progress.end());
        }
    }

    @Override
    public void onFailure(Failure said) {
        boolean resumable = isResumable();
        Failure failure = meaning(said);
        noteInstance();
        if (Endings.isOfTheTurn(failure) && progress.markAnswered()) {
            passThoseBefore();
        }
        if (failure instanceof Failure.LinkLost lost && resumable && waits()) {
            seek(Kind.PATIENT, lost.reason());
        } else if (mayTryOnceMore(failure)) {
            retried = true;
            start();
        } else {
            if (audience.isStopping() && Endings.isError(failure, ErrorCode.CANCELLED)) {
                needs.metrics().onStopped(audience.unwantedNanos());
            }
            fail(failure);
        }
    }

    /** What is unknown to an agent that has answered it before has been forgotten there. */
    private Failure meaning(Failure said) {
        return state instanceof Reading(AgentLink link, _)
                        && Endings.isError(said, ErrorCode.UNKNOWN_TURN)
                        && progress.wasBegunBy(link)
                ? Endings.FORGOTTEN
                : said;
    }

    private boolean waits() {
        return audience.waits(!passed && needs.readers().isLast(this));
    }

    /**
     * Whether the link was gone before it could take the message, or the agent had this request
     * before one that a client made earlier.
     */
    private boolean mayTryOnceMore(Failure failure) {
        if (retried || !audience.isWanted()) {
            return false;
        }
        return failure instanceof Failure.LinkLost
                ? !progress.mayBeKnown()
                : Endings.isError(failure, ErrorCode.TAKEN_OVER)
                        && !passed
                        && needs.readers().isLast(this);
    }

    /** Nobody reads it now, but somebody may come back within {@code grace}; tells no more. */
    public void clientGone(Duration grace) {
        if (!isKnownToTheAgent()) {
            audience.leave(Duration.ZERO, loop, () -> fail(Endings.CLIENT_GONE));
        } else if (!(state instanceof Over)) {
            audience.leave(isResumable() ? grace : Duration.ZERO, loop, this::forsaken);
        }
    }

    /** Who came after it still wants the turn; when that one goes, {@link #leftAlone} is called. */
    private void forsaken() {
        if (needs.readers().isLast(this)) {
            cancel(Cause.CLIENT_GONE);
        }
    }

    /** Whoever came after it has gone. From any thread. */
    void leftAlone() {
        onLoop(() -> {
            if (audience.isForsaken()) {
                forsaken();
            }
        });
    }

    /**
     * The agent lets one read that came after it. Its own exchange goes on until the agent ends it,
     * or for the grace, as where a client has left.
     */
    private void takenOver() {
        switch (state) {
            case Over _ -> {}
            case New _, Waiting _ -> fail(Endings.TAKEN_OVER);
            case Reading _ -> {
                if (audience.isRead()) {
                    clientGone(needs.settings().get().turns().resumeGrace());
                    listener.onFailure(Endings.TAKEN_OVER);
                }
            }
        }
    }

    /**
     * Nobody wants it any more: it is over once the agent has stopped, which is told as its failure
     * unless the client is gone. An agent that cannot stop is left to itself, and that is told.
     */
    public void cancel(Cause cause) {
        if (state instanceof Over || audience.isStopping()) {
            return;
        }
        needs.metrics().onCancelled(cause);
        audience.stop();
        switch (state) {
            case Reading reading -> stop(reading);
            case New _, Waiting _ -> {
                if (!progress.mayBeKnown() || !waits()) {
                    fail(Endings.NOT_BEGUN);
                }
            }
            case Over _ -> {}
        }
    }

    private void stop(Reading reading) {
        AgentLink link = reading.link();
        if (!link.isOpen()) {
            return; // word of its loss is on its way, and says what is next
        }
        if (!link.isAnnounced() && !origin.agentIsBase()) {
            link.whenAnnounced(() -> {
                if (reading.equals(state)) {
                    stop(reading);
                }
            });
        } else if (!reading.exchange().stop()) {
            reading.exchange().cancel();
            fail(Endings.CANNOT_CANCEL);
        }
    }

    /** As {@link #cancel}, from any thread; {@code told} is told on its loop how it ended. */
    void delete(Consumer<@Nullable Failure> told) {
        onLoop(() -> {
            if (state instanceof Over(Failure how)) {
                told.accept(how);
            } else {
                audience.whenOver(told);
                cancel(Cause.DELETED);
            }
        });
    }

    /**
     * Ends it here; the agent is told to stop only where nobody could come back for it. From any
     * thread.
     */
    void cut() {
        onLoop(() -> {
            if (state instanceof Over) {
                return;
            }
            if (state instanceof Reading(_, Exchange exchange)) {
                if (isResumable()) {
                    exchange.detach();
                } else {
                    needs.metrics().onCancelled(Cause.SHUTDOWN);
                    exchange.cancel();
                }
            }
            end(Endings.SHUTTING_DOWN);
            if (audience.isRead()) {
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
        if (!(state instanceof Over)) {
            end(failure);
            if (audience.isRead()) {
                listener.onFailure(failure);
            }
        }
    }

    private void end(@Nullable Failure how) {
        if (origin.isAddressed()) {
            noteInstance();
            remember(how);
        }
        if (state instanceof Waiting(LinkSearch search, _)) {
            search.stop();
        }
        state = new Over(how);
        progress.dropMessage();
        LiveTurn lastNow = needs.readers().leave(this);
        origin.agent().turnEnded();
        audience.over(how);
        if (lastNow != null) {
            lastNow.leftAlone();
        }
    }

    private void remember(@Nullable Failure how) {
        PastTurn.Outcome outcome = PastTurn.Outcome.of(how);
        if (progress.isAnswered() || outcome != null) {
            String instance = progress.isAnswered() ? progress.instance() : "";
            needs.past()
                    .note(
                            new PastTurn(
                                    id(),
                                    origin.agent().id(),
                                    origin.asked(),
                                    instance,
                                    how == null ? progress.end() : place(how),
                                    outcome,
                                    Instant.now()));
        }
    }

    private long place(Failure how) {
        return Math.max(Endings.seq(how), progress.lastNumber());
    }

    /** Notes whose answers they are, before another may give them. */
    private void noteInstance() {
        if (state instanceof Reading(AgentLink link, _)) {
            progress.noteInstance(link, origin.agent());
        }
    }

    /** Whether there is something at the agent to come back to, and a way to. */
    private boolean isResumable() {
        return progress.mayBeKnown()
                && ((state instanceof Reading(AgentLink link, _) && link.can(Feature.RESUME))
                        || origin.agentResumes());
    }
}
