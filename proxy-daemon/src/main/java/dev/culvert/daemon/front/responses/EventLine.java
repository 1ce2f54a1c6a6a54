package dev.culvert.daemon.front.responses;

import dev.culvert.daemon.sse.EventShape;
import dev.culvert.daemon.sse.EventType;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.io.Decimal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;

/**
 * Writes the events of one response, each with the next number. Confined to the event loop of its
 * stream.
 */
/* The data of an event is put together in one buffer, which is used again: an event of a few bytes costs no
 * allocation. */
final class EventLine {
    /** A larger buffer is not kept. */
    private static final int MOST_KEPT_BYTES = 16 * 1024;

    private static final AsciiString END_OF_TEXT = AsciiString.cached("\"");

    private final SseStream to;

    /** Events up to this number are not written: the client has them. */
    private final long after;

    private ByteBuf data = Unpooled.buffer(512);
    private long number;

    /**
     * @param after the number of the last event that the client has; -1 for none
     */
    EventLine(SseStream to, long after) {
        this.to = to;
        this.after = after;
    }

    /** The events of that type; their data begins with the type and the number. */
    static EventShape shape(String type) {
        return EventShape.of(
                EventType.of(type), "{\"type\":\"" + type + "\",\"sequence_number\":", "}");
    }

    /**
     * Begins an event: what it says beyond its number is written to the result, then {@link #end}.
     */
    ByteBuf begin() {
        if (data.capacity() > MOST_KEPT_BYTES) {
            data = Unpooled.buffer(512);
        }
        data.clear();
        Decimal.write(data, number);
        return data;
    }

    void end(EventShape shape) {
        if (number > after) {
            to.event(shape, data);
        }
        number++;
    }

    /** Writes an event that ends with a text. Lends both. */
    void text(EventShape shape, AsciiString before, ByteBuf text) {
        ByteBuf out = begin();
        ByteBufUtil.writeAscii(out, before);
        OutputItem.copy(text, out);
        ByteBufUtil.writeAscii(out, END_OF_TEXT);
        end(shape);
    }
}
