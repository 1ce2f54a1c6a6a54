package dev.culvert.daemon.answer;

import dev.culvert.daemon.config.TurnSettings;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.io.LazyTimer;
import io.netty.channel.EventLoop;
import java.time.Duration;

/** How fast a client takes its stream, and what follows for the agent. Confined to its loop. */
/*
 * An agent that heeds credit gets as much back as has left for the client, so that at most the credit
 * and one frame wait here. One that does not may send more than waits in reason. A client that is
 * there, and reads, must not be blamed for what it had no chance to take: it has a second for it.
 */
final class ClientPace {
    /** Is told on the event loop. After the last two it is told nothing more. */
    interface Listener {
        /** So much of the payloads has left for the client. */
        void onTaken(long bytes);

        /** {@code why} ends a sentence about the client. */
        void onTooSlow(String why);

        /**
         * More waits than may. So it can with an agent that speaks the base protocol; else it has
         * sent so many bytes without having credit for them.
         */
        void onTooMuch(long withoutCredit);
    }

    private static final Duration CHANCE = Duration.ofSeconds(1);

    /** With so many chunks more than may wait there is no such second. */
    private static final int MOST_CHUNKS_BEYOND = 2;

    private final TurnSettings settings;
    private final StreamObserver observer;
    private final SseStream stream;
    private final Listener listener;
    private final LazyTimer stall;
    private final LazyTimer chance;
    private long told;
    private long confirmed;
    private long unconfirmed;
    private long stallTaken;
    private long chanceTaken;

    /** The largest chunk of those that wait. */
    private int largestBytes;

    private boolean awaitsClient;
    private boolean isGivenAChance;
    private boolean over;

    ClientPace(
            TurnSettings settings,
            StreamObserver observer,
            SseStream stream,
            EventLoop loop,
            Listener listener) {
        this.settings = settings;
        this.observer = observer;
        this.stream = stream;
        this.listener = listener;
        stall = new LazyTimer(loop, this::checkStall);
        chance = new LazyTimer(loop, this::checkChance);
    }

    /** A chunk of so many bytes was written to the stream. */
    void told(int bytes) {
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

    /** Beside one chunk, of which nobody can take a part before it is there. */
    private long mayWait() {
        return (long) settings.maxUnsentBytes() + largestBytes;
    }

    /** What has left for the client may come again from the agent. */
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
                listener.onTaken(bytes);
            }
            if (!over && unconfirmed >= halfOfCredit()) {
                awaitClient();
            }
        });
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

    /** Of all that was written, roughly: what the stream adds to a chunk is not counted. */
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
            listener.onTooSlow(
                    "it took nothing for %.1f s (turns.stall_timeout)"
                            .formatted(settings.stallTimeout().toMillis() / 1000.0));
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

    private void tooMuch() {
        listener.onTooMuch(told - confirmed - largestBytes - settings.initialCredit());
    }

    /** The stream has ended. */
    void ended() {
        over = true;
        stall.cancel();
        chance.cancel();
        noLongerAwaitsClient();
    }
}
