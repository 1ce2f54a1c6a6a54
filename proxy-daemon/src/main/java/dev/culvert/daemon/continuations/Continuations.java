package dev.culvert.daemon.continuations;

import dev.culvert.daemon.answer.ClientCall;
import dev.culvert.daemon.answer.ClientCalls;
import dev.culvert.daemon.answer.Followed;
import dev.culvert.daemon.answer.Following;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.ContinuationSettings;
import dev.culvert.daemon.turn.TurnIds;
import dev.culvert.daemon.turn.TurnRequest;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turns whose clients have tools of their own: what is stored of them, and when it is
 * forgotten. Safe for all threads.
 */
public final class Continuations implements Following, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Continuations.class);

    /** A turn that runs longer, and is interrupted by a restart of the daemon, has none. */
    private static final Duration LONGEST_TURN = Duration.ofDays(1);

    /** How long the disk may take for the last changes. */
    private static final Duration LAST_WRITES = Duration.ofSeconds(5);

    private final ContinuationStore store;
    private final TurnIds ids;
    private final Supplier<ContinuationSettings> settings;
    private final InstantSource clock;
    private final KnownTurns turns;
    private final StoreJobs jobs;
    private final ContinuationCounts counts = new ContinuationCounts();

    /**
     * Reads those of earlier runs. Blocks.
     *
     * @param workers for work with the store, whose disk may hang
     */
    public static Continuations restore(
            ContinuationStore store,
            TurnIds ids,
            Supplier<ContinuationSettings> settings,
            Workers workers) {
        return restore(store, ids, settings, workers, InstantSource.system());
    }

    static Continuations restore(
            ContinuationStore store,
            TurnIds ids,
            Supplier<ContinuationSettings> settings,
            Workers workers,
            InstantSource clock) {
        Continuations all = new Continuations(store, ids, settings, workers, clock);
        try {
            for (ContinuationStore.Head head : store.heads(Content.HEAD_BYTES)) {
                all.add(head);
            }
        } catch (IOException e) {
            LOG.error(
                    "continuations of earlier runs cannot be used, so clients have to send their conversations again: {}",
                    Quoted.message(e));
        }
        return all;
    }

    private Continuations(
            ContinuationStore store,
            TurnIds ids,
            Supplier<ContinuationSettings> settings,
            Workers workers,
            InstantSource clock) {
        this.store = store;
        this.ids = ids;
        this.settings = settings;
        this.clock = clock;
        turns = new KnownTurns(settings, clock, this::delete);
        jobs = new StoreJobs(store, workers, turns);
    }

    private void add(ContinuationStore.Head head) {
        Continuation it = head.begin();
        if (it.expires().isBefore(clock.instant())) {
            delete(it.hash());
            return;
        }
        try {
            turns.add(new FollowedTurn(this, it, Content.head(it.content())));
            turns.isStored(it, head.bytes());
        } catch (IOException e) {
            LOG.error(
                    "nobody can go on with the turn {}: {}",
                    Quoted.word(it.turn()),
                    Quoted.message(e));
            delete(it.hash());
        }
    }

    private void delete(String hash) {
        jobs.delete(hash);
    }

    @Override
    public Followed begin(TurnRequest turn, ByteBuf message, EventLoop loop) {
        return begin(turn, message, loop, null);
    }

    /** Follows the turn with which a client goes on. */
    public Following after(Taken taken) {
        return new FollowingOn(this, taken);
    }

    /**
     * The same.
     *
     * @param origin what the request goes on with; null if it begins by itself
     */
    Followed begin(TurnRequest turn, ByteBuf message, EventLoop loop, @Nullable Taken origin) {
        String secret = Secrets.of(ids, turn.agent(), turn.id());
        FollowedTurn fresh = new FollowedTurn(this, about(turn, secret), origin);
        FollowedTurn known = turns.addIfAbsent(fresh);
        known.entered(turn.agent().road().share(), loop, secret);
        if (known == fresh) {
            if (message.readableBytes() > mostBytes()) {
                known.cannot(tooLarge());
            } else {
                jobs.open(known, ByteBufUtil.getBytes(message));
            }
        }
        return known;
    }

    @Override
    public @Nullable Followed resume(TurnRequest turn, EventLoop loop) {
        FollowedTurn known = turns.find(turn.id());
        if (known != null) {
            String secret = Secrets.of(ids, turn.agent(), turn.id());
            known.entered(turn.agent().road().share(), loop, secret);
        }
        return known;
    }

    @Override
    public @Nullable Followed find(String turn) {
        return turns.find(turn);
    }

    private Continuation about(TurnRequest turn, String secret) {
        Caller caller = turn.caller();
        Owner owner = Owner.of(caller == null ? Caller.ANYBODY : caller);
        return new Continuation(
                Secrets.hash(secret),
                turn.id(),
                owner.tenant(),
                owner.caller(),
                turn.agent().id(),
                clock.instant().plus(LONGEST_TURN),
                null,
                new byte[0]);
    }

    /** The answer of this turn is complete and calls tools of its client. */
    void finish(FollowedTurn turn, long last, Said said) {
        List<ClientCall> calls = said.calls();
        jobs.answered(
                turn,
                (open, request) -> {
                    byte[] conversation = ChatBody.of(request, said.end());
                    if (conversation.length > mostBytes()) {
                        throw new RefusedException(tooLarge());
                    }
                    Instant end = clock.instant().plus(settings.get().validFor());
                    return open.with(end, new Content.Answered(last, calls, conversation).bytes());
                },
                obstacle -> {
                    if (obstacle == null) {
                        counts.isGiven();
                        turn.ended(calls(turn, calls), true);
                    } else {
                        hasNone(turn, true);
                        turn.ended(
                                new ClientCalls(turn.about().turn(), calls, null, obstacle), false);
                    }
                });
    }

    private static ClientCalls calls(FollowedTurn turn, List<ClientCall> calls) {
        return new ClientCalls(turn.about().turn(), calls, turn.secret(), null);
    }

    /** Tells a reader the end of a turn that the store has. */
    void load(FollowedTurn turn, Waiting reader) {
        jobs.calls(
                turn,
                (calls, why) ->
                        reader.tell(
                                calls == null
                                        ? ClientCalls.without(turn.about().turn(), why)
                                        : calls(turn, calls)));
    }

    /** Nothing more can come of this turn. */
    void drop(FollowedTurn turn) {
        turns.remove(turn);
    }

    /**
     * A turn has ended without a continuation.
     *
     * @param isMissed whether it has called its client's tools
     */
    void hasNone(FollowedTurn turn, boolean isMissed) {
        if (isMissed) {
            counts.isMissing();
        }
        delete(turn.about().hash());
    }

    /** The agent works on the turn that goes on: the conversation is not needed any longer. */
    void spend(Taken taken) {
        counts.isUsed();
        if (!taken.isRepeatable()) {
            jobs.spend(taken);
        }
    }

    /** The turn that was to go on has not begun. */
    public void giveBack(Taken taken) {
        if (taken.isFirst()) {
            jobs.giveBack(taken);
        }
    }

    /** What is stored of a turn, but for its content; null if nothing is. */
    @Nullable Continuation about(String turn) {
        FollowedTurn known = turns.find(turn);
        return known == null ? null : known.about();
    }

    ContinuationStore store() {
        return store;
    }

    Instant now() {
        return clock.instant();
    }

    /** Of one conversation. */
    int mostBytes() {
        return settings.get().maxBytes();
    }

    String tooLarge() {
        return "the conversation takes over %d bytes (continuations.max_bytes)"
                .formatted(mostBytes());
    }

    Duration validFor() {
        return settings.get().validFor();
    }

    /** Waits for the last changes. Blocks. */
    @Override
    public void close() {
        jobs.flush(LAST_WRITES);
    }

    /** How many turns have something stored. */
    public int count() {
        return turns.count();
    }

    /** How many bytes that is. */
    public long bytes() {
        return turns.bytes();
    }

    /** What became of them. */
    public ContinuationCounts counts() {
        return counts;
    }
}
