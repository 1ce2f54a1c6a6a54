package dev.culvert.daemon.answer;

import dev.culvert.daemon.config.TurnSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.io.LazyTimer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Watches how fast a client reads its stream, and gives the agent credit at that pace. Confined to
 * the client's event loop.
 */
/*
 * An agent that respects credit gets back as much as has been sent to the client, so at most the credit and one
 * frame wait here. An agent that ignores credit may send more than that. Where the caller has used more bytes a
 * second than it may, the credit comes later; an agent that ignores credit is not slowed down by that. A client that reads must not be blamed
 * for bytes that it had no time to read: before it is cut off, it gets a second to catch up.
 */
final class ClientPace {
    /** Is told on the event loop. */
    interface Listener {
        /** So many bytes of payload were sent to the client. */
        void onTaken(long bytes);

        /** Whether the agent may send only what it was given credit for. */
        boolean agentHasCredit();

        /** The stream must end now. */
        void onCutOff(CutOff why);
    }

    /** How long a client that is behind gets to catch up, as long as it reads. */
    private static final Duration CHANCE = Duration.ofSeconds(1);

    /** A client that is further behind, by so many chunks, gets no chance. */
    private static final int MOST_CHUNKS_BEYOND = 2;

    private final TurnSettings settings;
    private final StreamObserver observer;
    private final SseStream stream;
    private final Answer answer;
    private final Listener listener;
    private final LazyTimer stall;
    private final LazyTimer chance;
    private final ChunkGaps gaps = new ChunkGaps();
    private long told;
    private long confirmed;
    private long unconfirmed;
    private long stallTaken;
    private long chanceTaken;

    /** The size of the largest chunk that waits. */
    private int largestBytes;

    /** Bytes that the client has taken, and for which the agent gets credit later. */
    private long heldBack;

    /** Null as long as the caller had to wait for nothing. */
    private @Nullable LazyTimer slow;

    private boolean awaitsClient;
    private boolean isGivenAChance;
    private boolean over;

    ClientPace(
            TurnSettings settings,
            StreamObserver observer,
            SseStream stream,
            Answer answer,
            Listener listener) {
        this.settings = settings;
        this.observer = observer;
        this.stream = stream;
        this.answer = answer;
        this.listener = listener;
        stall = new LazyTimer(answer.eventLoop(), this::checkStall);
        chance = new LazyTimer(answer.eventLoop(), this::checkChance);
    }

    /** A chunk of so many bytes was written to the stream. */
    void told(int bytes) {
        gaps.note(stream.lastEventNanos());
        told += bytes;
        unconfirmed += bytes;
        if (!awaitsClient && unconfirmed >= halfOfCredit()) {
            awaitClient();
        }
        if (stream.unsentBytes() <= settings.maxUnsentBytes()) {
            largestBytes = bytes;
        } else {
            largestBytes = Math.max(largestBytes, bytes);
            judge();
        }
    }

    private void judge() {
        if (over || !isBehind()) {
            return;
        }
        if (stream.unsentBytes() > mayWait() + MOST_CHUNKS_BEYOND * (long) largestBytes) {
            tooMuch();
        } else if (!isGivenAChance) {
            giveAChance();
        }
    }

    private long halfOfCredit() {
        return (settings.initialCredit() + 1L) / 2;
    }

    private boolean isBehind() {
        return stream.holdsMoreThan(mayWait());
    }

    /** One chunk more than the limit: a client can read no part of a chunk before it is there. */
    private long mayWait() {
        return (long) settings.maxUnsentBytes() + largestBytes;
    }

    /** Once the bytes so far are sent, the agent may send as many again. */
    private void awaitClient() {
        long bytes = unconfirmed;
        unconfirmed = 0;
        awaitsClient = true;
        observer.onBehind(1);
        watchStall();
        stream.whenSent(() -> {
            noLongerAwaitsClient();
            confirmed += bytes;
            if (!over) {
                taken(bytes);
            }
            if (!over && unconfirmed >= halfOfCredit()) {
                awaitClient();
            }
        });
    }

    /** Gives the agent credit, unless the caller has to wait. */
    private void taken(long bytes) {
        boolean waits = heldBack > 0;
        heldBack += bytes;
        if (!waits) {
            giveCredit();
        }
    }

    private void giveCredit() {
        if (over) {
            return;
        }
        long owed = answer.owedNanos();
        if (owed > 0) {
            waitFor(owed);
        } else {
            long bytes = heldBack;
            heldBack = 0;
            listener.onTaken(bytes);
        }
    }

    private void waitFor(long nanos) {
        observer.onSlowedDown();
        if (slow == null) {
            slow = new LazyTimer(answer.eventLoop(), this::giveCredit);
        }
        slow.expireAfter(nanos);
    }

    private void noLongerAwaitsClient() {
        if (awaitsClient) {
            awaitsClient = false;
            stall.disarm();
            observer.onBehind(-1);
        }
    }

    private void watchStall() {
        stallTaken = taken();
        stall.expireAfter(settings.stallTimeout());
    }

    /** Bytes that were sent, roughly: it ignores what the stream adds to each chunk. */
    private long taken() {
        return told - stream.unsentBytes();
    }

    private void checkStall() {
        if (over) {
            return;
        }
        if (taken() > stallTaken) {
            watchStall();
        } else {
            String why =
                    "it took nothing for %.1f s (turns.stall_timeout)"
                            .formatted(settings.stallTimeout().toMillis() / 1000.0);
            listener.onCutOff(CutOff.slowConsumer(why));
        }
    }

    private void giveAChance() {
        isGivenAChance = true;
        chanceTaken = taken();
        chance.expireAfter(CHANCE);
    }

    private void checkChance() {
        isGivenAChance = false;
        if (over || !isBehind()) {
            return;
        }
        if (taken() - chanceTaken >= settings.maxUnsentBytes()) {
            giveAChance();
        } else {
            tooMuch();
        }
    }

    /** The client is to blame, unless the agent sent more than it had credit for. */
    private void tooMuch() {
        String why =
                "over %d bytes wait for it (turns.max_unsent_bytes)"
                        .formatted(settings.maxUnsentBytes());
        long withoutCredit = told - confirmed - largestBytes - settings.initialCredit();
        listener.onCutOff(
                listener.agentHasCredit()
                        ? CutOff.creditIgnored(withoutCredit, why)
                        : CutOff.slowConsumer(why));
    }

    /** To be called when the stream has ended. */
    void ended() {
        gaps.tell(observer);
        over = true;
        stall.cancel();
        chance.cancel();
        if (slow != null) {
            slow.cancel();
        }
        noLongerAwaitsClient();
    }
}
