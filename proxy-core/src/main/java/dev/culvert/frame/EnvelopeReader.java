package dev.culvert.frame;

import static dev.culvert.frame.BadFrameException.Reason.BYTE_ORDER_MARK;
import static dev.culvert.frame.BadFrameException.Reason.DUPLICATE_MEMBER;
import static dev.culvert.frame.BadFrameException.Reason.ID_TOO_LONG;
import static dev.culvert.frame.BadFrameException.Reason.INVALID_JSON;
import static dev.culvert.frame.BadFrameException.Reason.INVALID_MEMBER;
import static dev.culvert.frame.BadFrameException.Reason.INVALID_UTF8;
import static dev.culvert.frame.BadFrameException.Reason.LENGTH_ZERO;
import static dev.culvert.frame.BadFrameException.Reason.MISSING_TYPE;
import static dev.culvert.frame.BadFrameException.Reason.NOT_AN_OBJECT;
import static dev.culvert.frame.BadFrameException.Reason.TRAILING_BYTES;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the envelope of one frame and checks that the whole is one JSON object within the limits.
 * No tree is built: the payload becomes a slice of what arrived.
 */
final class EnvelopeReader {
    private static final long MAX_SAFE_INTEGER = (1L << 53) - 1;
    private static final int MAX_TRACEPARENT_BYTES = 128;

    /* The parser wants an array, and what arrives lies outside the heap. One array for each event
     * loop, as large as the largest frame it met, costs less than one for each link or frame. */
    private static final FastThreadLocal<byte[]> SCRATCH =
            new FastThreadLocal<>() {
                @Override
                protected byte[] initialValue() {
                    return new byte[16 * 1024];
                }
            };

    private final FrameLimits limits;
    private final JsonFactory json;

    EnvelopeReader(FrameLimits limits) {
        this.limits = limits;
        json =
                new JsonFactoryBuilder()
                        .streamReadConstraints(new FrameConstraints(limits))
                        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                        .build();
    }

    /** Borrows {@code frame}; the payload of the answer is a slice that holds its own reference. */
    Frame read(ByteBuf frame) {
        Envelope envelope = new Envelope();
        parse(frame, envelope::read);
        return envelope.frame(frame);
    }

    /** Borrows {@code text}, and refuses what is not one JSON object within the limits. */
    void checkObject(ByteBuf text) {
        parse(
                text,
                parser -> {
                    requireObject(parser);
                    parser.skipChildren();
                });
    }

    private interface Reading {
        void read(JsonParser parser) throws IOException;
    }

    private void parse(ByteBuf text, Reading reading) {
        int length = text.readableBytes();
        if (length == 0) {
            throw new BadFrameException(LENGTH_ZERO, "a frame has at least one byte");
        }
        byte[] bytes;
        int start;
        if (text.hasArray()) {
            bytes = text.array();
            start = text.arrayOffset() + text.readerIndex();
        } else {
            bytes = scratch(length);
            start = 0;
            text.getBytes(text.readerIndex(), bytes, 0, length);
        }
        checkEncoding(bytes, start, length);
        try (JsonParser parser = json.createParser(bytes, start, length)) {
            reading.read(parser);
            checkNothingFollows(bytes, start, length, offset(parser));
        } catch (JsonProcessingException e) {
            throw new BadFrameException(INVALID_JSON, e.getOriginalMessage() + at(e));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    private static void requireObject(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            if (parser.currentToken() == null) {
                throw new BadFrameException(INVALID_JSON, "nothing but blanks");
            }
            throw new BadFrameException(NOT_AN_OBJECT, "it is " + parser.currentToken());
        }
    }

    private static byte[] scratch(int length) {
        byte[] scratch = SCRATCH.get();
        if (scratch.length < length) {
            scratch = new byte[Math.max(length, 2 * scratch.length)];
            SCRATCH.set(scratch);
        }
        return scratch;
    }

    /** The parser would skip a byte-order mark and guess UTF-16 from a NUL: neither gets there. */
    private static void checkEncoding(byte[] bytes, int start, int length) {
        if (!Utf8.isValid(bytes, start, start + length)) {
            throw new BadFrameException(INVALID_UTF8, "the frame is not UTF-8 throughout");
        }
        if (bytes[start] == (byte) 0xef
                && bytes[start + 1] == (byte) 0xbb
                && bytes[start + 2] == (byte) 0xbf) {
            throw new BadFrameException(BYTE_ORDER_MARK, "the frame begins with one");
        }
        if (bytes[start] == 0 || (length > 1 && bytes[start + 1] == 0)) {
            throw new BadFrameException(INVALID_JSON, "a NUL at the start: is this UTF-16?");
        }
    }

    private static void checkNothingFollows(byte[] bytes, int start, int length, int end) {
        for (int i = end; i < length; i++) {
            byte b = bytes[start + i];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                throw new BadFrameException(
                        TRAILING_BYTES, "the object ends at byte " + end + " of " + length);
            }
        }
    }

    private static int offset(JsonParser parser) {
        return (int) parser.currentLocation().getByteOffset();
    }

    private static String at(JsonProcessingException e) {
        return e.getLocation() == null ? "" : " at byte " + e.getLocation().getByteOffset();
    }

    /** What has been read of one envelope. */
    private final class Envelope {
        private @Nullable String type;
        private @Nullable String id;
        private @Nullable String traceparent;
        private long seq = -1;
        private long credit = -1;
        private int payloadStart = -1;
        private int payloadEnd;

        void read(JsonParser parser) throws IOException {
            requireObject(parser);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                readMember(parser.currentName(), parser);
            }
            if (type == null) {
                throw new BadFrameException(MISSING_TYPE, "the envelope has no member 'type'");
            }
        }

        private void readMember(String name, JsonParser parser) throws IOException {
            parser.nextToken();
            switch (name) {
                case "type" -> type = type(text(name, type, parser));
                case "id" -> id = id(text(name, id, parser));
                case "traceparent" -> traceparent = traceparent(text(name, traceparent, parser));
                case "seq" -> seq = integer(name, seq, 1, parser);
                case "credit" -> credit = integer(name, credit, 0, parser);
                case "payload" -> readPayload(name, parser);
                default -> skip(parser);
            }
        }

        private void readPayload(String name, JsonParser parser) throws IOException {
            refuseSecond(name, payloadStart >= 0);
            payloadStart = (int) parser.currentTokenLocation().getByteOffset();
            skip(parser);
            payloadEnd = offset(parser);
        }

        /** Takes a slice of {@code whole} for the payload. */
        Frame frame(ByteBuf whole) {
            ByteBuf payload =
                    payloadStart < 0
                            ? Unpooled.EMPTY_BUFFER
                            : whole.retainedSlice(
                                    whole.readerIndex() + payloadStart, payloadEnd - payloadStart);
            return new Frame(
                    FrameType.of(type == null ? "" : type),
                    id == null ? "" : id,
                    Math.max(seq, 0),
                    credit,
                    traceparent,
                    payload);
        }
    }

    private static void skip(JsonParser parser) throws IOException {
        parser.finishToken();
        parser.skipChildren();
    }

    private static String type(String type) {
        if (type.isEmpty()) {
            throw new BadFrameException(INVALID_MEMBER, "'type' is empty");
        }
        return type;
    }

    private String id(String id) {
        if (ByteBufUtil.utf8Bytes(id) > limits.idBytes()) {
            throw new BadFrameException(
                    ID_TOO_LONG, "'id' takes at most " + limits.idBytes() + " bytes");
        }
        return id;
    }

    private static String traceparent(String traceparent) {
        if (ByteBufUtil.utf8Bytes(traceparent) > MAX_TRACEPARENT_BYTES) {
            throw new BadFrameException(
                    INVALID_MEMBER,
                    "'traceparent' takes at most " + MAX_TRACEPARENT_BYTES + " bytes");
        }
        return traceparent;
    }

    private static String text(String name, @Nullable String before, JsonParser parser)
            throws IOException {
        refuseSecond(name, before != null);
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw new BadFrameException(INVALID_MEMBER, "'" + name + "' is not a string");
        }
        String text = parser.getText();
        if (Utf8.hasLoneSurrogate(text)) {
            throw new BadFrameException(INVALID_MEMBER, "'" + name + "' has a lone surrogate");
        }
        return text;
    }

    private static long integer(String name, long before, long least, JsonParser parser)
            throws IOException {
        refuseSecond(name, before >= 0);
        long value = -1;
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getText().charAt(0) != '-'
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            value = parser.getLongValue();
        }
        if (value < least || value > MAX_SAFE_INTEGER) {
            throw new BadFrameException(
                    INVALID_MEMBER,
                    "'" + name + "' is no integer from " + least + " to " + MAX_SAFE_INTEGER);
        }
        return value;
    }

    private static void refuseSecond(String name, boolean seen) {
        if (seen) {
            throw new BadFrameException(DUPLICATE_MEMBER, "'" + name + "' stands twice");
        }
    }
}
