package dev.culvert.guest.runtime;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.frame.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;
import java.util.Arrays;

/**
 * Parses server-sent events, wherever the bytes are split, by the rules of the HTML standard.
 *
 * <p>One array contains the unfinished event: first the values of its {@code data} lines, each with
 * a line feed, then the line that is being read. The size of the array is the limit.
 */
final class SseParser {

    interface EventListener {
        /** {@code type} is empty if the stream names none. */
        void onEvent(String type, String data) throws FailedGenerationException;
    }

    private static final byte[] DATA = "data".getBytes(US_ASCII);
    private static final byte[] EVENT = "event".getBytes(US_ASCII);
    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final int INITIAL_BYTES = 1024;
    private static final int KEPT_BYTES = 16 << 10;

    private final int maxEventBytes;
    private final EventListener listener;

    private byte[] buffer = new byte[INITIAL_BYTES];
    private int lineStart;
    private int lineEnd;
    private String type = "";
    private boolean firstLine = true;
    private boolean afterCarriageReturn;

    SseParser(int maxEventBytes, EventListener listener) {
        this.maxEventBytes = maxEventBytes;
        this.listener = listener;
    }

    /** Borrows {@code bytes}, and reads them to their end. */
    void feed(ByteBuf bytes) throws FailedGenerationException {
        while (bytes.isReadable()) {
            if (afterCarriageReturn) {
                afterCarriageReturn = false;
                if (bytes.getByte(bytes.readerIndex()) == '\n') {
                    bytes.skipBytes(1);
                    continue;
                }
            }
            int lineBreak = bytes.forEachByte(ByteProcessor.FIND_CRLF);
            append(bytes, (lineBreak < 0 ? bytes.writerIndex() : lineBreak) - bytes.readerIndex());
            if (lineBreak >= 0) {
                afterCarriageReturn = bytes.readByte() == '\r';
                line();
            }
        }
    }

    /**
     * The body has ended well. An event counts even if its last line breaks are missing; the
     * standard would drop it.
     */
    void finish() throws FailedGenerationException {
        if (lineEnd > lineStart) {
            line();
        }
        dispatch();
    }

    private void append(ByteBuf bytes, int length) throws FailedGenerationException {
        int needed = lineEnd + length;
        if (needed > maxEventBytes) {
            throw new FailedGenerationException(
                    ErrorCode.RESPONSE_TOO_LARGE,
                    "One event of the runtime's stream is larger than "
                            + maxEventBytes
                            + " bytes; make the model answer in smaller pieces, or raise"
                            + " --max-event-bytes of the agent.");
        }
        if (needed > buffer.length) {
            buffer =
                    Arrays.copyOf(
                            buffer, Math.min(maxEventBytes, Math.max(needed, 2 * buffer.length)));
        }
        bytes.readBytes(buffer, lineEnd, length);
        lineEnd = needed;
    }

    private void line() throws FailedGenerationException {
        int start = lineStart;
        if (firstLine) {
            firstLine = false;
            if (startsWith(BOM, start)) {
                start += BOM.length;
            }
        }
        if (start == lineEnd) {
            dispatch();
            return;
        }
        int colon = start;
        while (colon < lineEnd && buffer[colon] != ':') {
            colon++;
        }
        int value = Math.min(colon + 1, lineEnd);
        if (value < lineEnd && buffer[value] == ' ') {
            value++;
        }
        if (isField(DATA, start, colon)) {
            int length = lineEnd - value;
            System.arraycopy(buffer, value, buffer, lineStart, length);
            lineStart += length;
            buffer[lineStart++] = '\n';
        } else if (isField(EVENT, start, colon)) {
            type = new String(buffer, value, lineEnd - value, UTF_8);
        }
        // A comment, an id, a retry time or an unknown field is ignored.
        lineEnd = lineStart;
    }

    private boolean isField(byte[] name, int start, int colon) {
        return colon - start == name.length && startsWith(name, start);
    }

    private boolean startsWith(byte[] prefix, int start) {
        return Arrays.equals(
                buffer, start, Math.min(start + prefix.length, lineEnd), prefix, 0, prefix.length);
    }

    private void dispatch() throws FailedGenerationException {
        String ofType = type;
        int dataEnd = lineStart - 1;
        type = "";
        lineStart = 0;
        lineEnd = 0;
        if (dataEnd < 0) {
            return;
        }
        String data = new String(buffer, 0, dataEnd, UTF_8);
        if (buffer.length > KEPT_BYTES) {
            buffer = new byte[INITIAL_BYTES];
        }
        listener.onEvent(ofType, data);
    }
}
