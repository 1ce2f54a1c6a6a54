package dev.culvert.daemon.continuations;

import dev.culvert.daemon.answer.BadChunkException;
import dev.culvert.daemon.answer.ClientCalls;
import dev.culvert.daemon.answer.Followed;
import dev.culvert.daemon.turn.Endings;
import dev.culvert.frame.Frame;
import dev.culvert.io.Share;
import dev.culvert.link.Failure;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One turn whose client has tools of its own. Safe for all threads: its readers have own loops. */
/*
 * The events for the client's calls are derived from the frames of the agent, and have the numbers after these. So what
 * a client has that resumes after such an event is told from the number of the last frame, and the agent is asked for
 * no frame that it does not have. After a restart of the daemon all frames are read again.
 */
final class FollowedTurn implements Followed {
    private sealed interface State {}

    /** Frames come, or may come again. */
    private record Reading(Said said) implements State {}

    /** It will have no continuation, for this reason. */
    private record Without(String why) implements State {}

    /** The answer is complete, and is being stored. */
    private record Ending(List<Waiting> waiting) implements State {}

    /** The answer is complete, and was not stored. */
    private record Ended(ClientCalls calls) implements State {}

    /** The answer is complete, and the store has what clients are told of it. */
    private record Kept() implements State {}

    private final Continuations room;
    private final Continuation about;

    /** What the request goes on with that began the turn; null if it began by itself. */
    private @Nullable Taken origin;

    private State state;

    /** The number of the last frame that is in what was said. */
    private long last;

    /** What its client goes on with. */
    private String secret = "";

    private int readers;
    private long idleSinceNanos = System.nanoTime();
    private boolean isSent;
    private boolean endsWithCalls;
    private final Charge held = new Charge();

    /** The request, until the store has it. */
    private long requestBytes;

    /**
     * A turn that is about to begin.
     *
     * @param origin null unless it goes on with another one
     */
    FollowedTurn(Continuations room, Continuation about, @Nullable Taken origin) {
        this.room = room;
        this.about = about;
        this.origin = origin;
        state = new Reading(new Said());
    }

    /** One of an earlier run of the daemon. */
    FollowedTurn(Continuations room, Continuation about, Content.Head head) {
        this.room = room;
        this.about = about;
        last = head.last();
        isSent = true;
        state = last == 0 ? new Reading(new Said()) : new Kept();
    }

    /** What is stored of it, but for its content. */
    Continuation about() {
        return about;
    }

    /**
     * Somebody reads it.
     *
     * @param goesOnWith what its client goes on with
     */
    synchronized void entered(Share share, EventLoop loop, String goesOnWith) {
        readers++;
        secret = goesOnWith;
        held.open(share, loop, this::isOverMemory);
    }

    synchronized String secret() {
        return secret;
    }

    /** Its request has so many bytes, which wait for the store. */
    synchronized void waitsForStore(long bytes) {
        requestBytes = bytes;
        charge();
    }

    private void charge() {
        held.set(requestBytes + (state instanceof Reading(Said said) ? said.bytes() : 0));
    }

    private synchronized void isOverMemory(Share exceeded) {
        requestBytes = 0;
        cannot("more bytes wait in the daemon than " + exceeded.limitText());
        charge();
    }

    /** It will have no continuation. */
    synchronized void cannot(String why) {
        if (state instanceof Reading) {
            state = new Without(why);
            charge();
        }
    }

    @Override
    public synchronized long after(long number) {
        return state instanceof Without ? number : Math.min(number, last);
    }

    @Override
    public synchronized long end(long number) {
        boolean isStored = state instanceof Kept || state instanceof Ending;
        return isStored && number >= last ? last + 1 : 0;
    }

    @Override
    public synchronized void onSent() {
        isSent = true;
    }

    @Override
    public synchronized void onFrame(Frame frame, long number) {
        Taken from = origin;
        if (from != null) {
            origin = null; // the agent works on it: it is used for good
            room.spend(from);
        }
        isSent = true;
        if (frame.isLastChunk()) {
            endsWithCalls = Said.endsWithCalls(frame);
        }
        if (!(state instanceof Reading(Said said)) || number <= last) {
            return;
        }
        if (number != last + 1) {
            cannot("the daemon has not seen all of the turn");
            return;
        }
        last = number;
        try {
            said.add(frame);
            if (said.bytes() > room.mostBytes()) {
                cannot(room.tooLarge());
            }
        } catch (BadChunkException e) {
            cannot(e.failure().message());
        }
        charge();
    }

    @Override
    public synchronized void missesFrames() {
        cannot(
                "the daemon was started again in the middle of the turn, and the agent no longer"
                        + " has the beginning of it (--turn-log-bytes)");
    }

    @Override
    public void onDone(long number, EventLoop loop, Consumer<ClientCalls> told) {
        ClientCalls known = done(number, new Waiting(loop, told));
        if (known != null) {
            told.accept(known);
        }
    }

    @Override
    public void onWatched(long number, EventLoop loop, Consumer<ClientCalls> told) {
        synchronized (this) {
            if (state instanceof Reading && number != last + 1) {
                told.accept(ClientCalls.NONE); // nobody has read it; whoever does is told
                return;
            }
        }
        onDone(number, loop, calls -> told.accept(calls.withoutContinuation()));
    }

    /** Null if the reader is told later. */
    private synchronized @Nullable ClientCalls done(long number, Waiting reader) {
        if (state instanceof Reading(Said said)) {
            if (number != last + 1) {
                cannot("the daemon has not seen all of the turn");
            } else if (said.callsTheClient()) {
                List<Waiting> waiting = new ArrayList<>();
                waiting.add(reader);
                state = new Ending(waiting);
                room.finish(this, last, said);
                return null;
            } else {
                state = new Ended(ClientCalls.NONE);
                charge();
                room.drop(this);
            }
        }
        return switch (state) {
            case Reading _ -> ClientCalls.NONE; // was handled above
            case Without(String why) -> {
                ClientCalls calls =
                        endsWithCalls ? ClientCalls.without(about.turn(), why) : ClientCalls.NONE;
                state = new Ended(calls);
                room.hasNone(this, endsWithCalls);
                yield calls;
            }
            case Ending(List<Waiting> waiting) -> {
                waiting.add(reader);
                yield null;
            }
            case Ended(ClientCalls calls) -> calls;
            case Kept _ -> {
                room.load(this, reader);
                yield null;
            }
        };
    }

    /**
     * The end of the answer was stored, or could not be.
     *
     * @param isKept whether the store has it
     */
    void ended(ClientCalls calls, boolean isKept) {
        List<Waiting> waiting;
        synchronized (this) {
            waiting = state instanceof Ending(List<Waiting> readers) ? readers : List.of();
            state = isKept ? new Kept() : new Ended(calls);
            charge();
        }
        waiting.forEach(reader -> reader.tell(calls));
    }

    @Override
    public synchronized void onFailure(Failure failure) {
        if (!isSent || (last == 0 && Taken.isGivenBackAfter(failure))) {
            if (readers <= 1) { // none if its reading is over already
                neverBegan();
            }
        } else if (state instanceof Reading && Endings.isEndOfTurn(failure)) {
            state = new Ended(ClientCalls.NONE);
            charge();
            room.drop(this);
        }
    }

    private void neverBegan() {
        Taken from = origin;
        if (from != null) {
            origin = null;
            room.giveBack(from);
        }
        if (state instanceof Reading) {
            state = new Ended(ClientCalls.NONE);
            charge();
            room.drop(this);
        }
    }

    @Override
    public synchronized void left() {
        readers--;
        if (readers == 0) {
            idleSinceNanos = System.nanoTime();
            if (!isSent) {
                neverBegan();
            }
        }
    }

    /** Whether nobody has read it for so long, and the store has nothing that a client may use. */
    synchronized boolean isIdleFor(long nanos) {
        return readers == 0
                && !(state instanceof Kept)
                && System.nanoTime() - idleSinceNanos > nanos;
    }

    synchronized boolean isKept() {
        return state instanceof Kept;
    }
}
