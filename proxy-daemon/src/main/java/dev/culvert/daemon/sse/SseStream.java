package dev.culvert.daemon.sse;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.BodyStream;
import dev.culvert.io.Decimal;
import dev.culvert.io.LazyTimer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.util.AsciiString;
import io.netty.util.ByteProcessor;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One client's stream of events. Confined to its event loop. After it is closed, writes are
 * dropped.
 */
/* An id is PREFIX:NUMBER, so that an event needs no String of its own. Payloads are JSON, where a raw
 * line break is rare; only then they are copied, with the field's name before each line. */
/* Over 300 lines, because each way to write an event is here, beside the one timer that all of them set. */
public final class SseStream {
    /** Writes what keeps a silent connection alive. */
    public interface Keepalive {
        void keepAlive(SseStream to);

        /**
         * Whether clients come back by themselves, as a browser's {@code EventSource} does. They
         * are told how soon.
         */
        default boolean reconnects() {
            return true;
        }
    }

    private static final AsciiString X_ACCEL_BUFFERING = AsciiString.cached("x-accel-buffering");

    /** Browsers wait 3 s by default; a turn is kept for only 10 s (turns.resume_grace). */
    private static final AsciiString RETRY = AsciiString.cached("retry: 500\n");

    private static final AsciiString DATA = AsciiString.cached("data: ");
    private static final AsciiString NEW_LINE = AsciiString.cached("\n");
    private static final AsciiString END = AsciiString.cached("\n\n");
    private static final AsciiString COMMENT = AsciiString.cached(":\n\n");

    private final BodyStream response;
    private final LazyTimer timer;
    private final Duration silence;
    private final Keepalive keepalive;
    private boolean withinEvent;
    private long lastEventNanos;

    private SseStream(Answer responder, Duration silence, Keepalive keepalive) {
        this.silence = silence;
        this.keepalive = keepalive;
        responder
                .header(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
                .header(X_ACCEL_BUFFERING, "no");
        response = responder.stream(HttpHeaderValues.TEXT_EVENT_STREAM);
        timer = new LazyTimer(responder.eventLoop(), this::keepAlive);
        if (response.isOpen()) {
            if (keepalive.reconnects()) {
                response.begin(RETRY.length());
                response.finish(RETRY);
            }
            timer.expireAfter(silence);
        }
    }

    /**
     * Answers with a stream.
     *
     * @param silence after which {@code keepalive} writes something, so that nothing between cuts
     *     the connection
     * @param onGone called once if the client goes before the stream has ended
     */
    public static SseStream open(
            Answer responder, Duration silence, Keepalive keepalive, Runnable onGone) {
        SseStream stream = new SseStream(responder, silence, keepalive);
        responder.onGone(() -> {
            stream.timer.cancel();
            onGone.run();
        });
        return stream;
    }

    /** Sends the id that the client returns with if it is cut off before the first event. */
    public void begin(EventIds ids, long number) {
        if (response.isOpen()) {
            writeId(response.begin(idBytes(ids, number) + NEW_LINE.length()), ids, number);
            response.finish(NEW_LINE);
        }
    }

    /** Writes an event without an id. Borrows {@code data}. */
    public void event(EventType type, ByteBuf data) {
        event(type, null, 0, data);
    }

    /**
     * Writes an event, with the id of {@code number} unless {@code ids} is null. Borrows {@code
     * data}.
     */
    public void event(EventType type, @Nullable EventIds ids, long number, ByteBuf data) {
        if (!response.isOpen()) {
            return;
        }
        if (hasLineBreak(data)) {
            ByteBuf lines = asLines(data);
            write(type, ids, number, lines);
            lines.release();
        } else {
            write(type, ids, number, data);
        }
        lastEventNanos = timer.expireAfter(silence);
    }

    /**
     * Writes an event of that shape, whose data is JSON around {@code part}. Borrows {@code part},
     * in which a line break can only stand between two tokens: it becomes a blank.
     */
    public void event(EventShape shape, ByteBuf part) {
        if (!response.isOpen()) {
            return;
        }
        if (hasLineBreak(part)) {
            ByteBuf line = asOneLine(part);
            write(shape, line);
            line.release();
        } else {
            write(shape, part);
        }
        lastEventNanos = timer.expireAfter(silence);
    }

    /** As {@link #event(EventShape, ByteBuf)}, for a part that has no line break. Borrows it. */
    public void eventInOneLine(EventShape shape, ByteBuf part) {
        if (response.isOpen()) {
            write(shape, part);
            lastEventNanos = timer.expireAfter(silence);
        }
    }

    /**
     * The same, with a number that is not negative and {@code before} between the start of the
     * shape and the part.
     */
    public void eventInOneLine(EventShape shape, long number, AsciiString before, ByteBuf part) {
        if (response.isOpen()) {
            int own = shape.start().length() + before.length() + shape.end().length();
            ByteBuf out = response.begin(own + Decimal.digits(number), part.readableBytes());
            ByteBufUtil.writeAscii(out, shape.start());
            Decimal.write(out, number);
            ByteBufUtil.writeAscii(out, before);
            response.add(part);
            response.finish(shape.end());
            lastEventNanos = timer.expireAfter(silence);
        }
    }

    private void write(EventShape shape, ByteBuf part) {
        ByteBuf out =
                response.begin(shape.start().length() + shape.end().length(), part.readableBytes());
        ByteBufUtil.writeAscii(out, shape.start());
        response.add(part);
        response.finish(shape.end());
    }

    /** Borrows {@code json}; the caller owns the result. */
    private static ByteBuf asOneLine(ByteBuf json) {
        ByteBuf line = json.copy();
        for (int i = line.readerIndex(); i < line.writerIndex(); i++) {
            byte b = line.getByte(i);
            if (b == '\n' || b == '\r') {
                line.setByte(i, ' ');
            }
        }
        return line;
    }

    /** When the last event was written, by the clock of the event loop. */
    public long lastEventNanos() {
        return lastEventNanos;
    }

    private void write(EventType type, @Nullable EventIds ids, long number, ByteBuf lines) {
        ByteBuf out =
                response.begin(
                        type.line().length()
                                + (ids == null ? 0 : idBytes(ids, number))
                                + DATA.length()
                                + END.length(),
                        lines.readableBytes());
        ByteBufUtil.writeAscii(out, type.line());
        if (ids != null) {
            writeId(out, ids, number);
        }
        ByteBufUtil.writeAscii(out, DATA);
        response.add(lines);
        response.finish(END);
    }

    private static int idBytes(EventIds ids, long number) {
        return ids.start().length() + Decimal.digits(number) + 1;
    }

    private static void writeId(ByteBuf out, EventIds ids, long number) {
        ByteBufUtil.writeAscii(out, ids.start());
        Decimal.write(out, number);
        out.writeByte('\n');
    }

    private static boolean hasLineBreak(ByteBuf data) {
        return data.bytesBefore((byte) '\n') >= 0 || data.bytesBefore((byte) '\r') >= 0;
    }

    /**
     * Returns {@code data} as the lines of one field. Borrows {@code data}; the caller owns the
     * result.
     */
    private static ByteBuf asLines(ByteBuf data) {
        ByteBuf lines = data.alloc().buffer(2 * data.readableBytes());
        copyLines(data.duplicate(), lines);
        return lines;
    }

    /** CR, LF and CR LF each end a line, as the client reads them. */
    private static void copyLines(ByteBuf data, ByteBuf out) {
        while (true) {
            int end = data.forEachByte(ByteProcessor.FIND_CRLF);
            if (end < 0) {
                out.writeBytes(data);
                return;
            }
            out.writeBytes(data, end - data.readerIndex());
            boolean carriageReturn = data.readByte() == '\r';
            if (carriageReturn && data.isReadable() && data.getByte(end + 1) == '\n') {
                data.skipBytes(1);
            }
            out.writeByte('\n');
            ByteBufUtil.writeAscii(out, DATA);
        }
    }

    /**
     * Begins an event with the id of {@code number}. Its data follows through {@link #more}; write
     * nothing else until {@link #endEvent}.
     */
    public void beginEvent(EventType type, EventIds ids, long number) {
        if (response.isOpen()) {
            withinEvent = true;
            ByteBuf out =
                    response.begin(type.line().length() + idBytes(ids, number) + DATA.length());
            ByteBufUtil.writeAscii(out, type.line());
            writeId(out, ids, number);
            response.finish(DATA);
        }
    }

    /** Writes a part of the data, without a line break, of the event that was begun. Borrows it. */
    public void more(ByteBuf data) {
        if (response.isOpen()) {
            response.begin(0, data.readableBytes());
            response.add(data);
            response.finish(AsciiString.EMPTY_STRING);
            timer.expireAfter(silence);
        }
    }

    /** Ends the event that was begun. */
    public void endEvent() {
        if (response.isOpen()) {
            withinEvent = false;
            response.begin(END.length());
            response.finish(END);
        }
    }

    /** Writes an empty comment, which clients skip. */
    public void comment() {
        if (response.isOpen()) {
            response.begin(COMMENT.length());
            response.finish(COMMENT);
        }
    }

    private void keepAlive() {
        if (response.isOpen()) {
            if (response.isWritable() && !withinEvent) {
                keepalive.keepAlive(this);
            }
            timer.expireAfter(silence);
        }
    }

    /** Ends a complete stream; the client may take it for success. */
    public void end() {
        timer.cancel();
        response.end();
    }

    /** Ends an incomplete stream, so that the client sees that it is incomplete. */
    public void abort() {
        timer.cancel();
        response.abort();
    }

    /** False after the stream has ended or its client has gone. */
    public boolean isOpen() {
        return response.isOpen();
    }

    /** See {@link BodyStream#unsentBytes}. */
    public long unsentBytes() {
        return response.unsentBytes();
    }

    /** See {@link BodyStream#holdsMoreThan}. */
    public boolean holdsMoreThan(long bytes) {
        return response.holdsMoreThan(bytes);
    }

    /** See {@link BodyStream#whenSent}. */
    public void whenSent(Runnable action) {
        response.whenSent(action);
    }
}
