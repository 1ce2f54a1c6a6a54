package dev.culvert.guest.runtime;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.config.RuntimeLimits;
import io.netty.buffer.ByteBuf;

/** A {@code text/event-stream}: each event is a part of the answer. */
final class EventStreamBody implements ResponseBody {

    private final RuntimeLimits limits;
    private final GuardedListener listener;
    private final AnswerReader reader;
    private final Runnable onProgress;
    private final SseParser parser;

    /** Bytes since the last event that belongs to the answer. */
    private long idleBytes;

    /** Bytes since the last event with something to tell. */
    private long untoldBytes;

    /**
     * @param onProgress called for each event that belongs to the answer; comments and empty events
     *     do not
     */
    EventStreamBody(
            RuntimeLimits limits,
            GuardedListener listener,
            AnswerReader reader,
            Runnable onProgress) {
        this.limits = limits;
        this.listener = listener;
        this.reader = reader;
        this.onProgress = onProgress;
        parser = new SseParser(limits.eventBytes(), this::event);
    }

    @Override
    public void content(ByteBuf content) throws FailedGenerationException {
        idleBytes += content.readableBytes();
        untoldBytes += content.readableBytes();
        parser.feed(content);
        if (!listener.isOver()) {
            checkForAnswer();
        }
    }

    /** Otherwise, endless comments and empty events would cost a core. */
    private void checkForAnswer() throws FailedGenerationException {
        if (idleBytes > limits.idleBytes()) {
            throw endless(idleBytes, "without an event of the answer");
        }
        if (untoldBytes > limits.untoldBytes()) {
            throw endless(untoldBytes, "with neither text nor reasoning nor a tool call");
        }
    }

    private static FailedGenerationException endless(long bytes, String without) {
        return new FailedGenerationException(
                ErrorCode.RUNTIME_ERROR,
                "The runtime streamed "
                        + bytes
                        + " bytes "
                        + without
                        + "; look into the runtime's log.");
    }

    @Override
    public void end() throws FailedGenerationException {
        parser.finish();
        if (listener.isOver()) {
            return;
        }
        reader.endOfStream();
    }

    @Override
    public RuntimeFailure cut(String why) {
        return ResponseBody.broken(why);
    }

    private void event(String type, String data) throws FailedGenerationException {
        if (listener.isOver() || data.isBlank()) {
            return;
        }
        AnswerReader.Worth worth = reader.event(type, data);
        if (worth == AnswerReader.Worth.NOTHING) {
            return;
        }
        idleBytes = 0;
        onProgress.run();
        if (worth == AnswerReader.Worth.TOLD) {
            untoldBytes = 0;
        }
    }
}
