package dev.culvert.daemon.front.responses;

import dev.culvert.daemon.sse.EventShape;
import dev.culvert.daemon.sse.EventType;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.io.Decimal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;

/**
 * Writes the events of one response, each with the next number. Confined to the event loop of its
 * stream.
 */
final class EventLine {
    private static final int USUAL_BYTES = 512;

    private final SseStream to;
    private final ByteBufAllocator buffers;

    /** Events up to this number are not written: the client has them. */
    private final long after;

    private long number;

    /**
     * @param after the number of the last event that the client has; -1 for none
     */
    EventLine(SseStream to, ByteBufAllocator buffers, long after) {
        this.to = to;
        this.buffers = buffers;
        this.after = after;
    }

    /** The events of that type; their data begins with the type and the number. */
    static EventShape shape(String type) {
        return shape(type, "");
    }

    /**
     * The same.
     *
     * @param end what comes before the end of the data
     */
    static EventShape shape(String type, String end) {
        String start = "{\"type\":\"" + type + "\",\"sequence_number\":";
        return EventShape.of(EventType.of(type), start, end + "}");
    }

    /**
     * Begins an event: what it says beyond its number is written to the result, which goes to
     * {@link #end}.
     */
    ByteBuf begin() {
        return begin(0);
    }

    /**
     * The same.
     *
     * @param more bytes that it says beside the usual ones
     */
    /* A new buffer for each: a large one is not copied, and may leave after the next event is written. */
    ByteBuf begin(int more) {
        ByteBuf data = buffers.ioBuffer(USUAL_BYTES + more);
        Decimal.write(data, number);
        return data;
    }

    /** Takes ownership of the data, in which no line break is. */
    void end(EventShape shape, ByteBuf data) {
        if (number > after) {
            to.eventInOneLine(shape, data);
        }
        data.release();
        number++;
    }

    /** Writes an event that ends with a part in which no line break is. Lends the part. */
    void event(EventShape shape, AsciiString before, ByteBuf part) {
        if (number > after) {
            to.eventInOneLine(shape, number, before, part);
        }
        number++;
    }
}
