package dev.culvert.guest.turn;

import static java.util.Objects.requireNonNull;

import dev.culvert.frame.FrameType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The turns that have ended and that nobody reads: the logs of the newest, and the ids of older
 * ones. Each turn has a place, counted from 0; the newest turn has the highest.
 */
/*
 * Thousands of turns end while a log is kept. As objects they would live just long enough to be moved to the old
 * generation, and the heap would grow. So there is no object for a turn: the logs follow one another in pages
 * outside the heap, and an id is a fingerprint in an array. The fingerprints of a bucket are chained by place, from
 * the newest on; a chain ends at a place that a newer turn has taken over.
 *
 * Measured in a bare loop that adds 20,000 turns of nine frames of 36 bytes, with the flags of dist/jvm.options: the
 * heap grew to 8.1 MB, and the process had 34 MB of private memory. With a LinkedHashMap of records, each with a
 * buffer for its log, it was 15.2 MB and 37 to 42 MB. To measure it in the shipped image, put such a map in place of
 * this class and compare the memory rows of `dist/measure.sh 1 20000`.
 */
final class EndedTurns {
    private static final int AT_FIRST = 64;
    private static final int BUCKETS = 1_024;
    private static final int PAGE_BYTES = 64 << 10;

    /* The head before each log: when the turn ended, and then these. */
    private static final int ASKED = Long.BYTES;
    private static final int END = 2 * Long.BYTES;
    private static final int SENT_WHOLE = END + 1;
    private static final int HEAD_BYTES = SENT_WHOLE + 1;
    private static final List<FrameType> ENDS =
            List.of(FrameType.CHUNK, FrameType.TOOL_BLOCKED, FrameType.ERROR);

    private final ByteBufAllocator buffers;

    private final int mostIds;
    private final int mostLogs;

    /* They grow until they have room for mostIds; then they are rings. Their length is a power of two. */
    private long[] ids = new long[AT_FIRST];
    private @Nullable Page[] pages = new @Nullable Page[AT_FIRST];
    private int[] offsets = new int[AT_FIRST];
    private long[] before = new long[AT_FIRST];

    private final long[] newestOfBucket = new long[BUCKETS];
    private long next;
    private int logs;

    /** No place before this one has a log. */
    private long oldestLog;

    private @Nullable Page newest;
    private long heldBytes;

    /** Logs that follow one another. Released with the last of them. */
    private static final class Page {
        final ByteBuf bytes;
        int logs;

        Page(ByteBuf bytes) {
            this.bytes = bytes;
        }
    }

    /**
     * @param mostIds how many ids are known; half as many logs are kept
     */
    EndedTurns(ByteBufAllocator buffers, int mostIds) {
        this.buffers = buffers;
        this.mostIds = mostIds;
        mostLogs = mostIds / 2;
        Arrays.fill(newestOfBucket, -1);
    }

    /** The memory that the logs take. */
    long heldBytes() {
        return heldBytes;
    }

    /** The place of the turn with this id; -1 if it is not here. */
    long find(String id) {
        long sought = Fingerprint.of(id);
        long place = newestOfBucket[bucket(sought)];
        while (place >= oldestId() && ids[slot(place)] != sought) {
            place = before[slot(place)];
        }
        return place >= oldestId() ? place : -1;
    }

    boolean hasLog(long place) {
        return pages[slot(place)] != null;
    }

    /**
     * Borrows {@code said}. A turn that is here already, because it was read again, stays as it is.
     *
     * @param sentWhole whether its last frame was sent
     * @param now by the event loop's clock
     */
    void keep(String id, long asked, Transcript said, boolean sentWhole, long now) {
        long place = find(id);
        if (place < 0) {
            add(id, asked, requireNonNull(said.end()), sentWhole, said.log(), now);
        } else if (sentWhole && hasLog(place)) {
            markSentWhole(place);
        }
    }

    /**
     * Borrows {@code log}.
     *
     * @param now when the turn ended, by the event loop's clock
     */
    void add(String id, long asked, FrameType end, boolean sentWhole, TurnLog log, long now) {
        if (next == ids.length && next < mostIds) {
            ids = Arrays.copyOf(ids, 2 * ids.length);
            pages = Arrays.copyOf(pages, ids.length);
            offsets = Arrays.copyOf(offsets, ids.length);
            before = Arrays.copyOf(before, ids.length);
        }
        if (logs == mostLogs && !dropOldest(true)) {
            dropOldest(false);
        }
        int slot = slot(next);
        if (next >= mostIds) {
            dropLog(slot(next - mostIds));
        }
        Page page = pageFor(HEAD_BYTES + log.writtenBytes());
        ids[slot] = Fingerprint.of(id);
        before[slot] = newestOfBucket[bucket(ids[slot])];
        newestOfBucket[bucket(ids[slot])] = next;
        pages[slot] = page;
        offsets[slot] = page.bytes.writerIndex();
        page.bytes.writeLong(now).writeLong(asked);
        page.bytes.writeByte(ENDS.indexOf(end)).writeBoolean(sentWhole);
        log.writeTo(page.bytes);
        page.logs++;
        logs++;
        next++;
    }

    /** The fingerprint of the payload that the turn answered. */
    long asked(long place) {
        return page(place).bytes.getLong(offset(place) + ASKED);
    }

    /** The type of the last frame. */
    FrameType end(long place) {
        return ENDS.get(page(place).bytes.getByte(offset(place) + END));
    }

    /** Whether the last frame was sent to some link. */
    boolean wasSentWhole(long place) {
        return page(place).bytes.getBoolean(offset(place) + SENT_WHOLE);
    }

    void markSentWhole(long place) {
        page(place).bytes.setBoolean(offset(place) + SENT_WHOLE, true);
    }

    /** The log; the caller clears it. */
    TurnLog log(long place) {
        return TurnLog.written(buffers, page(place).bytes, offset(place) + HEAD_BYTES);
    }

    /**
     * Drops the logs of turns that ended by this time. Returns when the oldest that is left did.
     */
    OptionalLong dropUntil(long time) {
        while (skipToOldest() && endedAt(oldestLog) - time <= 0) {
            dropLog(slot(oldestLog));
        }
        return skipToOldest() ? OptionalLong.of(endedAt(oldestLog)) : OptionalLong.empty();
    }

    /** Drops the oldest log: of all, or of those that were sent whole. False if there is none. */
    boolean dropOldest(boolean sentWhole) {
        skipToOldest();
        for (long place = oldestLog; place < next; place++) {
            if (hasLog(place) && (!sentWhole || wasSentWhole(place))) {
                dropLog(slot(place));
                return true;
            }
        }
        return false;
    }

    void clear() {
        while (dropOldest(false)) {}
    }

    /** Moves to the oldest log. False if there is none. */
    private boolean skipToOldest() {
        oldestLog = Math.max(oldestLog, oldestId());
        while (oldestLog < next && !hasLog(oldestLog)) {
            oldestLog++;
        }
        return oldestLog < next;
    }

    private long endedAt(long place) {
        return page(place).bytes.getLong(offset(place));
    }

    private Page pageFor(int bytes) {
        if (newest == null || newest.bytes.writableBytes() < bytes) {
            int capacity = Math.max(PAGE_BYTES, bytes);
            newest = new Page(buffers.ioBuffer(capacity, capacity));
            heldBytes += capacity;
        }
        return newest;
    }

    private void dropLog(int slot) {
        Page page = pages[slot];
        if (page != null) {
            pages[slot] = null;
            logs--;
            page.logs--;
            if (page.logs == 0) {
                release(page);
            }
        }
    }

    private void release(Page page) {
        if (page == newest) {
            newest = null;
        }
        heldBytes -= page.bytes.capacity();
        page.bytes.release();
    }

    private Page page(long place) {
        return requireNonNull(pages[slot(place)]);
    }

    private int offset(long place) {
        return offsets[slot(place)];
    }

    private long oldestId() {
        return Math.max(0, next - mostIds);
    }

    /** The index of a place in the rings. */
    private int slot(long place) {
        return (int) place & (ids.length - 1);
    }

    private static int bucket(long fingerprint) {
        return (int) fingerprint & (BUCKETS - 1);
    }
}
