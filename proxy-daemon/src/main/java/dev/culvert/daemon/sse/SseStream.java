package dev.culvert.daemon.sse;

import dev.culvert.daemon.http.LazyTimer;
import dev.culvert.daemon.http.Responder;
import dev.culvert.daemon.http.StreamResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.util.AsciiString;
import io.netty.util.ByteProcessor;
import io.netty.util.LeakPresenceDetector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One client's stream of events. Confined to its event loop. What is written once it is closed is
 * dropped.
 */
/* An id is PREFIX:NUMBER, so that one event costs no text of its own. Payloads are JSON, in which a
 * raw line break is rare: only then are they copied, with the field's name before each line. */
public final class SseStream {
    private static final AsciiString X_ACCEL_BUFFERING = AsciiString.cached("x-accel-buffering");
    private static final int FIELDS_BYTES = 128;
    private static final AsciiString DATA = AsciiString.cached("data: ");
    private static final ByteBuf END = constant("\n\n");
    private static final ByteBuf COMMENT = constant(":\n\n");

    private final StreamResponse response;
    private final LazyTimer keepalive;
    private final Duration silence;

    private SseStream(Responder responder, Duration silence) {
        this.silence = silence;
        responder
                .header(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
                .header(X_ACCEL_BUFFERING, "no");
        response = responder.stream(HttpHeaderValues.TEXT_EVENT_STREAM);
        keepalive = new LazyTimer(responder.eventLoop(), this::keepAlive);
        if (response.isOpen()) {
            keepalive.expireAfter(silence);
        }
    }

    /**
     * Answers with a stream.
     *
     * @param silence after which a comment is sent, so that nothing between cuts the connection
     * @param onGone called once if the client goes before the stream has ended
     */
    public static SseStream open(Responder responder, Duration silence, Runnable onGone) {
        SseStream stream = new SseStream(responder, silence);
        responder.onGone(() -> {
            stream.keepalive.cancel();
            onGone.run();
        });
        return stream;
    }

    /**
     * Tells the client where it is before there is any event: the id that it comes back with,
     * should it be cut off now.
     */
    public void begin(EventIds ids, long number) {
        ByteBuf fields = response.buffer(FIELDS_BYTES);
        writeId(fields, ids, number);
        fields.writeByte('\n');
        response.write(fields);
    }

    /** Writes an event without an id. Takes ownership of {@code data}. */
    public void event(EventType type, ByteBuf data) {
        ByteBuf fields = response.buffer(FIELDS_BYTES);
        ByteBufUtil.writeAscii(fields, type.line());
        write(fields, data);
    }

    /** Writes an event with the id of {@code number}. Takes ownership of {@code data}. */
    public void event(EventType type, EventIds ids, long number, ByteBuf data) {
        ByteBuf fields = response.buffer(FIELDS_BYTES);
        ByteBufUtil.writeAscii(fields, type.line());
        writeId(fields, ids, number);
        write(fields, data);
    }

    private static void writeId(ByteBuf fields, EventIds ids, long number) {
        ByteBufUtil.writeAscii(fields, ids.start());
        ByteBufUtil.writeAscii(fields, Long.toString(number));
        fields.writeByte('\n');
    }

    /** Takes ownership of both. */
    private void write(ByteBuf fields, ByteBuf data) {
        ByteBufUtil.writeAscii(fields, DATA);
        if (data.forEachByte(ByteProcessor.FIND_CRLF) < 0) {
            response.write(fields, data, END.duplicate());
        } else {
            copyLines(data, fields);
            data.release();
            response.write(fields, END.duplicate());
        }
        if (response.isOpen()) {
            keepalive.expireAfter(silence);
        }
    }

    /** CR, LF and CR LF each end a line, as they do for the client. */
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

    private void keepAlive() {
        if (response.isOpen()) {
            if (response.isWritable()) {
                response.write(COMMENT.duplicate());
            }
            keepalive.expireAfter(silence);
        }
    }

    /** The stream is whole; the client may take it for success. */
    public void end() {
        keepalive.cancel();
        response.end();
    }

    /** The stream is not whole, and the client sees that it is not. */
    public void abort() {
        keepalive.cancel();
        response.abort();
    }

    /** False once the stream has ended or its client is gone. */
    public boolean isOpen() {
        return response.isOpen();
    }

    /** See {@link StreamResponse#unsentBytes}. */
    public long unsentBytes() {
        return response.unsentBytes();
    }

    /** See {@link StreamResponse#holdsMoreThan}. */
    public boolean holdsMoreThan(long bytes) {
        return response.holdsMoreThan(bytes);
    }

    /** See {@link StreamResponse#whenSent}. */
    public void whenSent(Runnable action) {
        response.whenSent(action);
    }

    private static ByteBuf constant(String text) {
        return LeakPresenceDetector.staticInitializer(() ->
                Unpooled.unreleasableBuffer(
                        Unpooled.directBuffer(text.length())
                                .writeBytes(text.getBytes(StandardCharsets.US_ASCII))
                                .asReadOnly()));
    }
}
