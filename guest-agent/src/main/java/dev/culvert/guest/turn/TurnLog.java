package dev.culvert.guest.turn;

import dev.culvert.frame.FrameType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** The payloads of a turn's frames, numbered from 1. The oldest may have been dropped. */
/*
 * A frame is often one word, about forty bytes; a buffer object for each would take several times as much. So the
 * payloads follow one another in segments outside the heap, and go to the socket from there. TurnLogTest holds the
 * overhead below a quarter.
 */
final class TurnLog {
    private static final int SMALLEST_SEGMENT_BYTES = 1 << 10;
    private static final int LARGEST_SEGMENT_BYTES = 64 << 10;

    /* An end has room for the type of its frame: a payload has at most 4 MiB, and a log 16. */
    private static final int END_BITS = 28;
    private static final int END_MASK = (1 << END_BITS) - 1;
    private static final List<FrameType> TYPES =
            List.of(
                    FrameType.CHUNK,
                    FrameType.TOOL_CALL,
                    FrameType.TOOL_OUTPUT,
                    FrameType.TOOL_RESULT,
                    FrameType.APPROVAL);

    private static final int WRITTEN_HEAD_BYTES = Long.BYTES + Integer.BYTES;

    private final ByteBufAllocator buffers;
    private final int largestSegment;
    private final Deque<Segment> segments = new ArrayDeque<>(4);
    private long last;
    private long saidBytes;
    private long heldBytes;

    /** Frames that follow one another; the first has the number {@code before + 1}. */
    private static final class Segment {
        final ByteBuf bytes;
        final long before;
        final long bytesBefore;
        int[] ends = new int[8];
        int count;

        Segment(ByteBuf bytes, long before, long bytesBefore) {
            this.bytes = bytes;
            this.before = before;
            this.bytesBefore = bytesBefore;
        }

        long last() {
            return before + count;
        }

        /** Where the frame with this number ends; for {@code before}, where the first begins. */
        int end(long seq) {
            return seq == before ? 0 : ends[(int) (seq - before) - 1] & END_MASK;
        }

        FrameType type(long seq) {
            return TYPES.get(ends[(int) (seq - before) - 1] >>> END_BITS);
        }

        void addEnd(int end) {
            if (count == ends.length) {
                ends = Arrays.copyOf(ends, 2 * count);
            }
            ends[count++] = end;
        }

        long heldBytes() {
            return bytes.capacity() + (long) Integer.BYTES * ends.length;
        }
    }

    /**
     * @param mostBytes how much the log is meant to keep. A segment, which is dropped as a whole,
     *     is a small part of it
     */
    TurnLog(ByteBufAllocator buffers, int mostBytes) {
        this.buffers = buffers;
        largestSegment = Math.clamp(mostBytes / 16, SMALLEST_SEGMENT_BYTES, LARGEST_SEGMENT_BYTES);
    }

    /** The log that {@link #writeTo} wrote at {@code offset}; shares those bytes until cleared. */
    static TurnLog written(ByteBufAllocator buffers, ByteBuf from, int offset) {
        long before = from.getLong(offset);
        int[] ends = new int[from.getInt(offset + Long.BYTES)];
        int at = offset + WRITTEN_HEAD_BYTES;
        for (int i = 0; i < ends.length; i++) {
            ends[i] = from.getInt(at);
            at += Integer.BYTES;
        }
        int bytes = ends[ends.length - 1] & END_MASK;
        Segment segment = new Segment(from.retainedSlice(at, bytes), before, 0);
        segment.ends = ends;
        segment.count = ends.length;
        TurnLog log = new TurnLog(buffers, bytes);
        log.segments.add(segment);
        log.last = segment.last();
        log.saidBytes = bytes;
        log.heldBytes = segment.heldBytes();
        return log;
    }

    /** Writes all frames that are kept. There must be one. */
    void writeTo(ByteBuf out) {
        long first = first();
        out.writeLong(first - 1).writeInt((int) (last - first + 1));
        int start = 0;
        for (Segment segment : segments) {
            for (int i = 0; i < segment.count; i++) {
                out.writeInt(start + segment.ends[i]);
            }
            start += segment.ends[segment.count - 1] & END_MASK;
        }
        for (Segment segment : segments) {
            out.writeBytes(segment.bytes, 0, segment.bytes.writerIndex());
        }
    }

    /** How much {@link #writeTo} writes. */
    int writtenBytes() {
        return WRITTEN_HEAD_BYTES
                + (int) (last - first() + 1) * Integer.BYTES
                + (int) bytesAfter(first() - 1);
    }

    /**
     * Adds a chunk, or the last frame, with the next number. Takes ownership of {@code payload}.
     */
    void append(ByteBuf payload) {
        append(FrameType.CHUNK, payload);
    }

    /** Adds a frame with the next number. Takes ownership of {@code payload}. */
    void append(FrameType type, ByteBuf payload) {
        int size = payload.readableBytes();
        Segment newest = segments.peekLast();
        if (newest == null || newest.bytes.writableBytes() < size) {
            newest = newSegment(size);
        } else {
            heldBytes -= newest.heldBytes();
        }
        newest.bytes.writeBytes(payload);
        payload.release();
        newest.addEnd(newest.bytes.writerIndex() | TYPES.indexOf(type) << END_BITS);
        heldBytes += newest.heldBytes();
        saidBytes += size;
        last++;
    }

    /** A quarter of what there is, so that never more than a quarter is empty. */
    private Segment newSegment(int least) {
        int growth = Math.clamp(heldBytes / 4, SMALLEST_SEGMENT_BYTES, largestSegment);
        int capacity = Math.max(least, growth);
        Segment segment = new Segment(buffers.ioBuffer(capacity, capacity), last, saidBytes);
        segments.add(segment);
        return segment;
    }

    /** The number of the newest frame; 0 before the first. */
    long last() {
        return last;
    }

    /** The number of the oldest frame that is kept; without any, the number of the next frame. */
    long first() {
        Segment oldest = segments.peekFirst();
        return oldest == null ? last + 1 : oldest.before + 1;
    }

    /** The type of a frame that is kept, unless it is the last of its turn. */
    FrameType type(long seq) {
        return segment(seq).type(seq);
    }

    /** The payload of a frame that is kept. Belongs to the caller. */
    ByteBuf payload(long seq) {
        Segment segment = segment(seq);
        int start = segment.end(seq - 1);
        return segment.bytes.retainedSlice(start, segment.end(seq) - start);
    }

    /** The size of the payloads that are kept after this number. */
    long bytesAfter(long seq) {
        long next = Math.max(seq + 1, first());
        if (next > last) {
            return 0;
        }
        Segment segment = segment(next);
        return saidBytes - segment.bytesBefore - segment.end(next - 1);
    }

    /** The memory that the log takes. */
    long heldBytes() {
        return heldBytes;
    }

    /** Whether the oldest segment contains no frame after {@code seq}. */
    boolean canDrop(long seq) {
        Segment oldest = segments.peekFirst();
        return oldest != null && oldest.last() <= seq;
    }

    /** Drops the oldest segment. */
    void dropOldest() {
        Segment oldest = segments.remove();
        heldBytes -= oldest.heldBytes();
        oldest.bytes.release();
    }

    void clear() {
        while (!segments.isEmpty()) {
            dropOldest();
        }
    }

    private Segment segment(long seq) {
        Segment newest = segments.getLast();
        if (seq > newest.before) {
            return newest;
        }
        for (Segment segment : segments) {
            if (seq <= segment.last()) {
                return segment;
            }
        }
        throw new IllegalArgumentException("there is no frame " + seq);
    }
}
