package dev.culvert.daemon.answer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.sse.EventIds;
import dev.culvert.daemon.sse.EventType;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * A dialect that uses what Culvert's own events do not: several events for a chunk, a keepalive of
 * its own, an event at the beginning, and errors that never end the stream cleanly.
 */
record PlainEvents(EventIds ids, boolean isResumable) implements EventFormat {
    private static final EventType EVENT = EventType.of("e");

    PlainEvents(String turn) {
        this(EventIds.of(turn), true);
    }

    /** For clients that never come back for the rest. */
    static PlainEvents once(String turn) {
        return new PlainEvents(EventIds.of(turn), false);
    }

    private void write(SseStream to, long number, String text) {
        ByteBuf data = Unpooled.copiedBuffer(text, UTF_8);
        to.event(EVENT, ids, number, data);
        data.release();
    }

    @Override
    public void begin(SseStream to, long number) {
        write(to, number, "begins after " + number);
    }

    @Override
    public void chunk(SseStream to, Frame chunk, long number) {
        write(to, number, "block " + number);
        write(to, number, "text " + chunk.payload().toString(UTF_8));
    }

    @Override
    public void done(SseStream to, long number) {
        write(to, number, "done " + number);
        to.end();
    }

    @Override
    public void failed(SseStream to, Failure failure, long number) {
        write(to, number, "failed " + failure.code() + " " + number);
        to.abort();
    }

    @Override
    public void cutOff(SseStream to, String code, String message, long number) {
        write(to, number, "cut off " + code + " " + number);
        to.abort();
    }

    @Override
    public void keepAlive(SseStream to) {
        write(to, 0, "still here");
    }
}
