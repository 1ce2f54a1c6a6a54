package dev.culvert.guest.turn;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What a turn has said: numbered frames, and after them the text, of the answer or of the
 * reasoning, that is not in a frame yet. That text grows until the reader can take it, and then
 * becomes one chunk.
 */
final class Transcript {
    /** The most text in one chunk, however much the runtime sends at once. */
    private static final int MAX_CHUNK_CHARS = 32 * 1024;

    /** The most room for text that is kept while no text waits. */
    private static final int SPARE_CHARS = 1024;

    private final String id;
    private final TurnLog log;
    private final Payloads payloads;
    private final StringBuilder text = new StringBuilder();

    /** Whether the text is the model's reasoning. */
    private boolean isReasoning;

    /** The type of the last frame; null until the turn ends. */
    private @Nullable FrameType end;

    Transcript(String id, TurnLog log, Payloads payloads, @Nullable FrameType end) {
        this.id = id;
        this.log = log;
        this.payloads = payloads;
        this.end = end;
    }

    TurnLog log() {
        return log;
    }

    @Nullable FrameType end() {
        return end;
    }

    void addText(String delta) {
        add(delta, false);
    }

    void addReasoning(String delta) {
        add(delta, true);
    }

    private void add(String delta, boolean reasoning) {
        if (isReasoning != reasoning) {
            addAllText();
            isReasoning = reasoning;
        }
        text.append(delta);
        while (text.length() > MAX_CHUNK_CHARS) {
            addChunk();
        }
    }

    /* Fragments cannot be joined, so nothing is gained by waiting. */
    void addToolCalls(String rawJson) {
        addAllText();
        log.append(payloads.toolCalls(rawJson));
    }

    void addAnthropic(String rawJson) {
        addAllText();
        log.append(payloads.anthropic(rawJson));
    }

    /** Takes ownership of {@code payload}. */
    void addTool(FrameType type, ByteBuf payload) {
        addAllText();
        log.append(type, payload);
    }

    /** Drops the text that is not in a frame yet. */
    void dropText() {
        text.setLength(0);
    }

    /** Takes ownership of {@code payload}, which belongs to the last frame. */
    void finish(FrameType type, ByteBuf payload) {
        addAllText();
        text.trimToSize();
        log.append(payload);
        end = type;
    }

    /** Whether there is a frame after this one, or text for one. */
    boolean hasAfter(long seq) {
        return log.last() > seq || !text.isEmpty();
    }

    FrameType typeAfter(long seq) {
        if (end != null && log.last() == seq + 1) {
            return end;
        }
        return log.last() > seq ? log.type(seq + 1) : FrameType.CHUNK;
    }

    /** The next frame, made from the waiting text if need be. Belongs to the caller. */
    Frame frameAfter(long seq) {
        if (log.last() == seq) {
            addChunk();
        }
        return new Frame(typeAfter(seq), id, log.payload(seq + 1)).withSeq(seq + 1);
    }

    /** Why this cannot be read after this frame (resuming.md); null if it can. */
    @Nullable ErrorCode refusal(long after) {
        long from = from(after);
        if (from > log.last()) {
            return ErrorCode.UNKNOWN_TURN;
        }
        return from + 1 < log.first() ? ErrorCode.LOG_TRUNCATED : null;
    }

    /** Whether the last frame says that a call waits for an approval. */
    private boolean waits() {
        long last = log.last();
        return end == null
                && text.isEmpty()
                && last >= log.first()
                && log.type(last) == FrameType.APPROVAL;
    }

    /**
     * The frame after which a host that has this one reads: it gets the last frame once more, if
     * that is the end or says that a call waits for an approval.
     */
    long from(long after) {
        long last = log.last();
        boolean hasEnd = end != null && after == last;
        boolean hasDone = end == FrameType.CHUNK && after == last + 1;
        return hasEnd || hasDone || (after == last && waits()) ? last - 1 : after;
    }

    /** Whether there are frames up to {@code seq} that may be dropped; the last of all may not. */
    boolean canDrop(long seq) {
        return log.canDrop(end == null ? seq : Math.min(seq, log.last() - 1));
    }

    /** How many bytes there are to read after this frame. */
    long bytesAfter(long seq) {
        return log.bytesAfter(seq) + text.length();
    }

    /** The memory that it takes. */
    long heldBytes() {
        return log.heldBytes() + text.length();
    }

    void clear() {
        log.clear();
        dropText();
    }

    private void addAllText() {
        while (!text.isEmpty()) {
            addChunk();
        }
    }

    private void addChunk() {
        int length = Math.min(MAX_CHUNK_CHARS, text.length());
        if (length < text.length() && Character.isHighSurrogate(text.charAt(length - 1))) {
            length--;
        }
        String piece = text.substring(0, length);
        log.append(isReasoning ? payloads.reasoning(piece) : payloads.text(piece));
        text.delete(0, length);
        if (text.isEmpty() && text.capacity() > SPARE_CHARS) {
            text.trimToSize();
        }
    }
}
