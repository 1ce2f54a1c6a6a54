package dev.culvert.daemon.answer;

import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_TIMEOUT;

import dev.culvert.daemon.config.TurnSettings;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.daemon.turn.Endings;
import dev.culvert.daemon.turn.TurnWatcher;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.LazyTimer;
import dev.culvert.link.Failure;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Answers a request with the events of a turn that another client reads. Is told them on the event
 * loop of that reader; all else is confined to the event loop of its own client.
 */
/*
 * What a slow client cannot take is dropped, in two places: before it is handed to the client's event loop, and
 * before it is written to the stream. In each at most turns.max_watch_bytes wait, or one chunk. The numbers of
 * the events show later what is missing.
 */
final class WatchedAnswer implements TurnWatcher {
    private final Answer answer;
    private final WatchFormat format;
    private final StreamSettings settings;
    private final StreamObserver observer;
    private final EventLoop loop;
    private final LazyTimer stall;

    /** The bytes that are on their way to the client's event loop. */
    private final AtomicInteger handedOver = new AtomicInteger();

    private @Nullable SseStream events;
    private Runnable leave = () -> {};
    private long lastNumber;

    /** Bytes of chunks, without what the stream adds to them. */
    private long written;

    private long takenBeforeStall;
    private boolean stalled;
    private boolean over;

    /**
     * @param after the number of the last event that the client has
     */
    WatchedAnswer(
            Answer answer,
            WatchFormat format,
            long after,
            StreamSettings settings,
            StreamObserver observer) {
        this.answer = answer;
        this.format = format;
        this.settings = settings;
        this.observer = observer;
        lastNumber = after;
        loop = answer.eventLoop();
        stall = new LazyTimer(loop, this::checkStall);
    }

    /**
     * Begins the stream. What was told before comes after this, because it has to go through the
     * event loop.
     *
     * @param leaving ends the watching
     */
    void begin(Runnable leaving) {
        leave = leaving;
        answer.reached(Phase.STREAMING);
        events = SseStream.open(answer, settings.keepalive(), format, this::end);
        format.begin(events, lastNumber);
    }

    private TurnSettings turns() {
        return settings.turns();
    }

    @Override
    public void onJoined(long number) {
        onLoop(() -> tellMissed(number));
    }

    @Override
    public void onChunk(Frame chunk, long number) {
        int bytes = chunk.payload().readableBytes();
        int before = handedOver.getAndAdd(bytes);
        if (before > 0 && before + bytes > turns().maxWatchBytes()) {
            handedOver.addAndGet(-bytes);
            observer.onWatcherBehind();
            return;
        }
        chunk.retain();
        try {
            loop.execute(() -> {
                handedOver.addAndGet(-bytes);
                try {
                    write(chunk, number, bytes);
                } finally {
                    chunk.release();
                }
            });
        } catch (RejectedExecutionException _) { // the daemon has stopped
            chunk.release();
        }
    }

    private void write(Frame chunk, long number, int bytes) {
        SseStream to = events;
        if (over || to == null || number <= lastNumber) {
            return;
        }
        if (isBehind(to, bytes)) {
            observer.onWatcherBehind();
            watchStall(to);
            return;
        }
        tellMissed(number - 1);
        if (chunk.type() == FrameType.CHUNK) {
            format.chunk(to, chunk, number);
        } else {
            format.tool(to, chunk, number);
        }
        lastNumber = number;
        written += bytes;
    }

    /** Whether the client cannot take so many bytes now, or its caller may not. */
    private boolean isBehind(SseStream to, int bytes) {
        long room = Math.max(0, turns().maxWatchBytes() - (long) bytes);
        return (to.unsentBytes() > 0 && to.holdsMoreThan(room)) || answer.owedNanos() > 0;
    }

    private void tellMissed(long upTo) {
        SseStream to = events;
        if (!over && to != null && upTo > lastNumber) {
            format.missed(to, lastNumber + 1, upTo);
            lastNumber = upTo;
        }
    }

    /** A caller that may not take more now is no stalled client: nothing waits for it. */
    private void watchStall(SseStream to) {
        if (!stalled && to.unsentBytes() > 0) {
            stalled = true;
            takenBeforeStall = taken(to);
            stall.expireAfter(turns().stallTimeout());
        }
    }

    private long taken(SseStream to) {
        return written - to.unsentBytes();
    }

    /** A client that takes nothing at all does not keep its place. */
    private void checkStall() {
        SseStream to = events;
        stalled = false;
        if (to != null && to.unsentBytes() > 0 && taken(to) <= takenBeforeStall) {
            String why =
                    "it took nothing for %.1f s (turns.stall_timeout)"
                            .formatted(turns().stallTimeout().toMillis() / 1000.0);
            cutOff(CutOff.slowConsumer(why), lastNumber); // it may come back
        }
    }

    /** The caller is not let in any more. */
    void onDenied(Problem why) {
        cutOff(CutOff.denied(why), EventFormat.LAST);
    }

    private void cutOff(CutOff why, long number) {
        SseStream to = events;
        if (!over && to != null) {
            answer.failed(
                    Problem.of(REQUEST_TIMEOUT, "The stream was cut off: " + why.message() + ".")
                            .member("code", why.code()));
            format.cutOff(to, why.code(), why.message(), number);
            end();
        }
    }

    @Override
    public void onDone(long number) {
        onLoop(() -> {
            SseStream to = events;
            if (over || to == null) {
                return;
            }
            if (number <= lastNumber) {
                to.end(); // it has come back with the last event
            } else {
                tellMissed(number - 1);
                format.done(to, number);
            }
            end();
        });
    }

    /** The same, if the answer calls tools of the client. */
    void onDone(long number, ClientCalls calls) {
        onLoop(() -> {
            SseStream to = events;
            if (over || to == null) {
                return;
            }
            tellMissed(number - 1);
            long next = number;
            for (ClientCall call : calls.calls()) {
                if (next > lastNumber) {
                    format.call(to, Unpooled.wrappedBuffer(call.event()), next);
                }
                next++;
            }
            format.done(to, calls, next);
            end();
        });
    }

    @Override
    public void onFailure(Failure failure) {
        onLoop(() -> {
            SseStream to = events;
            if (!over && to != null) {
                answer.failed(Problem.of(failure));
                format.failed(to, failure, place(failure));
                end();
            }
        });
    }

    /** The number of the event that tells the failure; what is missing before it is told first. */
    private long place(Failure failure) {
        long number =
                switch (failure) {
                    case Failure.ToolBlocked blocked -> blocked.seq();
                    case Failure.AgentError error -> error.seq();
                    case Failure.Unreachable _,
                            Failure.LinkLost _,
                            Failure.TimedOut _,
                            Failure.Overloaded _,
                            Failure.OverMemory _,
                            Failure.TooLarge _,
                            Failure.BadAnswer _ ->
                            0;
                };
        if (number > 0) {
            tellMissed(number - 1);
            return number;
        }
        return Endings.isEndOfTurn(failure) ? EventFormat.LAST : lastNumber;
    }

    @Override
    public void onCut() {
        onLoop(() -> {
            SseStream to = events;
            if (!over && to != null) {
                String code = ErrorCode.DRAINING.wireName();
                answer.failed(Admission.SHUTTING_DOWN.member("code", code));
                format.cutOff(to, code, StreamedAnswer.SHUTTING_DOWN, lastNumber);
                end();
            }
        });
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException _) {
            // the daemon has stopped, and the client's connection with it
        }
    }

    private void end() {
        over = true;
        stall.cancel();
        leave.run();
    }
}
