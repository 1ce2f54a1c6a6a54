package dev.culvert.daemon.front.responses;

import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;

import dev.culvert.daemon.answer.BadChunkException;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.turn.CancelCause;
import dev.culvert.daemon.turn.LiveTurn;
import dev.culvert.daemon.turn.TurnListener;
import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a turn to its end, whether a client is there or not, and keeps its chunks for clients that
 * stream the response, also later. Confined to one event loop, except where a method says
 * otherwise.
 */
final class BackgroundTurn implements TurnListener {
    /** At most so much is handed to a client at once. */
    private static final int MOST_PORTION_BYTES = 64 * 1024;

    /** The log may take so many times the bytes that the answer may say. */
    private static final int LOG_TIMES = 4;

    /**
     * A portion of the log.
     *
     * @param chunks each with its length before it
     * @param end where the next portion begins
     * @param isLast whether nothing will follow
     * @param failure why the turn has ended early; null if it has not
     */
    record Portion(ByteBuf chunks, int end, boolean isLast, @Nullable Problem failure) {}

    private record Waiting(int from, Consumer<Portion> reader) {}

    private static final Problem CANCELLED =
            Problem.of(CONFLICT, "The response was cancelled.").member("code", "cancelled");

    private final KeptResponses all;
    private final KeptResponse kept;
    private final EventLoop loop;
    private final AnswerMemory memory;
    private final OutputReader output;
    private final int mostLogBytes;
    private final ByteBuf log = Unpooled.buffer();
    private List<Waiting> waiting = new ArrayList<>();
    private final List<Consumer<@Nullable Problem>> whenOver = new ArrayList<>();
    private Consumer<Frame> counted = _ -> {};
    private @Nullable LiveTurn turn;
    private @Nullable Problem failure;
    private volatile boolean over;
    private volatile int logBytes;

    BackgroundTurn(
            KeptResponses all,
            KeptResponse kept,
            EventLoop loop,
            AnswerMemory memory,
            int maxAnswerBytes) {
        this.all = all;
        this.kept = kept;
        this.loop = loop;
        this.memory = memory;
        mostLogBytes = (int) Math.min(Integer.MAX_VALUE, (long) LOG_TIMES * maxAnswerBytes);
        output = new OutputReader(OutputListener.NONE, kept.response(), ByteBufAllocator.DEFAULT);
    }

    /** One that was over when the daemon started. */
    static BackgroundTurn ended(
            KeptResponses all, KeptResponse kept, EventLoop loop, StoredResponse.Log stored) {
        BackgroundTurn ended = new BackgroundTurn(all, kept, loop, AnswerMemory.unused(loop), 0);
        ended.log.writeBytes(stored.chunks());
        ended.logBytes = stored.chunks().length;
        ended.failure = stored.failure();
        ended.over = true;
        return ended;
    }

    /** What a restart needs; may be called on any thread. The chunks are there once it is over. */
    StoredResponse.Log stored() {
        return over
                ? new StoredResponse.Log(ByteBufUtil.getBytes(log), failure)
                : new StoredResponse.Log(new byte[0], null);
    }

    boolean isOver() {
        return over;
    }

    EventLoop loop() {
        return loop;
    }

    /** Tells {@code to} the last chunk, which is lent, if no other reader got it before. */
    void countsWith(Consumer<Frame> to) {
        counted = to;
    }

    /** Controls {@code begun} from now on; that turn may have ended already. */
    void reads(LiveTurn begun) {
        turn = begun;
    }

    KeptResponse kept() {
        return kept;
    }

    /** May be called on any thread. */
    int logBytes() {
        return logBytes;
    }

    @Override
    public void onSent() {
        kept.started();
    }

    @Override
    public void onChunk(Frame chunk, long number) {
        if (over) {
            return;
        }
        ByteBuf payload = chunk.payload();
        try {
            output.read(chunk);
            if (log.readableBytes() + payload.readableBytes() > mostLogBytes) {
                throw BadChunkException.tooLong(
                        "it comes in so many pieces that they take too much");
            }
            log.writeInt(payload.readableBytes());
            log.writeBoolean(chunk.isLastChunk());
            OutputItem.copy(payload, log);
            logBytes = log.capacity();
            memory.holds(output, logBytes);
        } catch (BadChunkException e) {
            fail(Problem.of(e.failure()));
            cancel(CancelCause.ANSWER_REFUSED);
            return;
        }
        serve();
        if (chunk.isLastChunk() && (turn == null || turn.countsItsEnd())) {
            counted.accept(chunk);
        }
        if (turn != null) {
            turn.consumed(payload.readableBytes());
        }
    }

    @Override
    public void onDone(long number) {
        if (!over && memory.isTooMuch()) {
            fail(Problem.of(AnswerMemory.noneLeft().failure()));
        } else {
            end(output.outcome(), null);
        }
    }

    @Override
    public void onFailure(Failure why) {
        fail(Problem.of(why));
    }

    /** Where responses outlive the daemon, the next one goes on with the turn. */
    @Override
    public void onCut() {
        if (all.areStored()) {
            over(Admission.SHUTTING_DOWN, () -> {});
        } else {
            fail(Admission.SHUTTING_DOWN);
        }
    }

    /** The caller is not let in any more. */
    void onDenied(Problem why) {
        fail(why);
        cancel(CancelCause.CALLER_DENIED);
    }

    private void fail(Problem why) {
        end(Outcome.failed(why), why);
    }

    private void end(Outcome how, @Nullable Problem why) {
        over(
                why,
                () -> {
                    ByteBuf items = output.output();
                    all.end(kept, how, items);
                    items.release();
                });
    }

    private void over(@Nullable Problem why, Runnable kept) {
        if (!over) {
            failure = why;
            over = true;
            memory.release();
            kept.run();
            output.drop();
            serve();
            whenOver.forEach(it -> it.accept(why));
            whenOver.clear();
        }
    }

    private void cancel(CancelCause cause) {
        if (turn != null) {
            turn.cancel(cause);
        }
    }

    /**
     * Stops it; {@code told} runs on {@code other} once that is decided. Any thread may call it.
     */
    void stop(EventLoop other, Runnable told) {
        loop.execute(() -> {
            end(Outcome.CANCELLED, CANCELLED);
            cancel(CancelCause.DELETED);
            other.execute(told);
        });
    }

    /**
     * Calls {@code reader} on {@code other} with what follows {@code from}, once there is anything.
     * The portion belongs to the reader. Any thread may call it.
     */
    void read(int from, EventLoop other, Consumer<Portion> reader) {
        loop.execute(() -> {
            Consumer<Portion> there = portion -> hand(other, () -> reader.accept(portion));
            waiting.add(new Waiting(from, there));
            serve();
        });
    }

    /**
     * Calls {@code told} on {@code other} once it is over, with why it has ended early. Any thread
     * may call it.
     */
    void whenOver(EventLoop other, Consumer<@Nullable Problem> told) {
        Consumer<@Nullable Problem> there = why -> hand(other, () -> told.accept(why));
        loop.execute(() -> {
            if (over) {
                there.accept(failure);
            } else {
                whenOver.add(there);
            }
        });
    }

    /** Runs {@code task} on {@code other}, unless the daemon has stopped. */
    static void hand(EventLoop other, Runnable task) {
        try {
            other.execute(task);
        } catch (RejectedExecutionException _) {
            return; // the daemon has stopped
        }
    }

    private void serve() {
        if (waiting.isEmpty()) {
            return;
        }
        List<Waiting> asked = waiting;
        waiting = new ArrayList<>();
        for (Waiting it : asked) {
            if (it.from < log.writerIndex() || over) {
                it.reader.accept(portion(it.from));
            } else {
                waiting.add(it);
            }
        }
    }

    private Portion portion(int from) {
        int end = from;
        while (end < log.writerIndex()
                && (end == from || end + length(end) - from <= MOST_PORTION_BYTES)) {
            end += length(end);
        }
        boolean isLast = over && end == log.writerIndex();
        return new Portion(log.copy(from, end - from), end, isLast, isLast ? failure : null);
    }

    /** The bytes of the entry that begins there. */
    private int length(int at) {
        return Integer.BYTES + 1 + log.getInt(at);
    }
}
