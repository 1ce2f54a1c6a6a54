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
 * The turns that have ended and that nobody reads: the logs of the newest, and of those before them
 * the ids. Each stands in a place of its own, counted from 0, the newest last.
 */
/*
 * Thousands of them may end in the time for which a log is kept. As objects they would live just long enough for
 * the collector to take them for old ones, and the heap would grow to its limit; so the logs stand one behind the
 * other in pages outside of it, and an id is a fingerprint in an array. Those of a bucket are chained by their
 * places, from the newest on; a chain ends at a place that another has taken meanwhile.
 */
final class EndedTurns {
    private static final int AT_FIRST = 64;
    private static final int BUCKETS = 1_024;
    private static final int PAGE_BYTES = 64 << 10;

    /* What stands before a log, from its offset on: when the turn ended, and these. */
    private static final int ASKED = Long.BYTES;
    private static final int END = 2 * Long.BYTES;
    private static final int SENT_WHOLE = END + 1;
    private static final int HEAD_BYTES = SENT_WHOLE + 1;
    private static final List<FrameType> ENDS =
            List.of(FrameType.CHUNK, FrameType.TOOL_BLOCKED, FrameType.ERROR);

    private final ByteBufAllocator buffers;

    private final int mostIds;
    private final int mostLogs;

    /* Rings, once they have room for mostIds; their length is a power of two. */
    private long[] ids = new long[AT_FIRST];
    private @Nullable Page[] pages = new @Nullable Page[AT_FIRST];
    private int[] offsets = new int[AT_FIRST];
    private long[] before = new long[AT_FIRST];

    private final long[] newestOfBucket = new long[BUCKETS];
    private long next;
    private int logs;

    /** Before it there are no logs. */
    private long oldestLog;

    private @Nullable Page newest;
    private long heldBytes;

    /** Logs in a row; gone with the last of them. */
    private static final class Page {
        final ByteBuf bytes;
        int logs;

        Page(ByteBuf bytes) {
            this.bytes = bytes;
        }
    }

    /**
     * @param mostIds to be known; half as many logs are kept
     */
    EndedTurns(ByteBufAllocator buffers, int mostIds) {
        this.buffers = buffers;
        this.mostIds = mostIds;
        mostLogs = mostIds / 2;
        Arrays.fill(newestOfBucket, -1);
    }

    /** What memory the logs take. */
    long heldBytes() {
        return heldBytes;
    }

    /** Where the turn of this id stands; -1 where it is none of these. */
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
     * @param now when it ended, by the event loop's clock
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

    /** The type of its last frame. */
    FrameType end(long place) {
        return ENDS.get(page(place).bytes.getByte(offset(place) + END));
    }

    /** Whether some reader was sent all of it. */
    boolean wasSentWhole(long place) {
        return page(place).bytes.getBoolean(offset(place) + SENT_WHOLE);
    }

    void markSentWhole(long place) {
        page(place).bytes.setBoolean(offset(place) + SENT_WHOLE, true);
    }

    /** Its log; to be cleared by the caller. */
    TurnLog log(long place) {
        return TurnLog.written(buffers, page(place).bytes, offset(place) + HEAD_BYTES);
    }

    /** Drops the logs of turns that ended before this time; when the oldest left did, if any. */
    OptionalLong dropUntil(long time) {
        while (skipToOldest() && endedAt(oldestLog) - time <= 0) {
            dropLog(slot(oldestLog));
        }
        return skipToOldest() ? OptionalLong.of(endedAt(oldestLog)) : OptionalLong.empty();
    }

    /** Drops the log of the turn that ended first, of all or of those that were sent whole. */
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

    /** Whether there is a log at all. */
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

    /** Of a ring whose length is a power of two. */
    private int slot(long place) {
        return (int) place & (ids.length - 1);
    }

    private static int bucket(long fingerprint) {
        return (int) fingerprint & (BUCKETS - 1);
    }
}
