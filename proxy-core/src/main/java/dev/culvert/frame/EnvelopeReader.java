package dev.culvert.frame;

import static dev.culvert.frame.BadFrameException.Reason.DUPLICATE_MEMBER;
import static dev.culvert.frame.BadFrameException.Reason.ID_TOO_LONG;
import static dev.culvert.frame.BadFrameException.Reason.INVALID_MEMBER;
import static dev.culvert.frame.BadFrameException.Reason.INVALID_UTF8;
import static dev.culvert.frame.BadFrameException.Reason.MISSING_TYPE;

import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonMembers;
import dev.culvert.json.JsonScanner;
import dev.culvert.json.Utf8;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the envelope of one frame and checks that the whole is one JSON object within the limits.
 * No tree is built: the payload becomes a slice of what arrived. Confined to one thread.
 */
final class EnvelopeReader {
    private static final long MAX_SAFE_INTEGER = (1L << 53) - 1;
    private static final int MAX_TEXT_BYTES = 128;

    private static final List<FrameType> TYPES =
            List.copyOf(EnumSet.complementOf(EnumSet.of(FrameType.UNKNOWN)));
    private static final List<Member> MEMBERS = List.of(Member.values());

    private enum Member {
        TYPE,
        ID,
        PAYLOAD,
        SEQ,
        CREDIT,
        TRACEPARENT,
        CALLER;

        final String wireName = name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finding the members of a smaller payload again costs less than keeping where they are: that
     * takes 48 bytes more for a chunk, and 1.03 of the time of reading it (FrameBenchmark's scan).
     */
    private static final int LARGE_BYTES = 2 * 1024;

    private final FrameLimits limits;
    private final KnownIds known = KnownIds.here();

    /* Of the envelope that is being read: */
    private final Set<Member> seen = EnumSet.noneOf(Member.class);
    private FrameType type = FrameType.UNKNOWN;
    private String id = "";
    private @Nullable String traceparent;
    private @Nullable String caller;
    private long seq;
    private long credit;
    private int payloadStart;
    private int payloadEnd;
    private final ChunkShape shape = new ChunkShape();
    private final JsonMembers.Finder members = new JsonMembers.Finder();

    /** Belongs to the thread that makes it. */
    EnvelopeReader(FrameLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads the {@code length} bytes from {@code begin} on. Borrows {@code in}; the frame's payload
     * is a slice that holds its own reference.
     */
    Frame read(ByteBuf in, int begin, int length) {
        JsonScanner text = JsonScanner.of(in, begin, length, limits.json());
        reset();
        try {
            text.open();
            while (text.next()) {
                readMember(text);
            }
            if (!seen.contains(Member.TYPE)) {
                throw new BadFrameException(MISSING_TYPE, "the envelope has no member 'type'");
            }
            text.end();
        } catch (BadJsonException bad) {
            throw BadFrameException.of(text.verdict(bad));
        } catch (BadFrameException bad) {
            throw text.isUtf8()
                    ? bad
                    : new BadFrameException(INVALID_UTF8, "it is not UTF-8 throughout");
        }
        ByteBuf payload =
                payloadEnd == 0
                        ? Unpooled.EMPTY_BUFFER
                        : in.retainedSlice(begin + payloadStart, payloadEnd - payloadStart);
        return new Frame(type, id, seq, credit, traceparent, payload)
                .found(
                        members,
                        payloadEnd - payloadStart >= LARGE_BYTES,
                        type == FrameType.CHUNK ? shape : null)
                .by(caller);
    }

    private void reset() {
        seen.clear();
        id = "";
        traceparent = null;
        caller = null;
        seq = Frame.NO_SEQ;
        credit = Frame.NO_CREDIT;
        payloadStart = 0;
        payloadEnd = 0;
        members.clear();
        shape.clear();
    }

    private void readMember(JsonScanner text) {
        Member member = member(text);
        if (member == null) {
            text.skip();
            return;
        }
        if (!seen.add(member)) {
            throw new BadFrameException(
                    DUPLICATE_MEMBER, "'" + member.wireName + "' appears twice");
        }
        switch (member) {
            case TYPE -> type = type(text);
            case ID -> id = id(text);
            case PAYLOAD -> {
                payloadStart = text.valueStart();
                readPayload(text);
                payloadEnd = text.valueEnd();
            }
            case SEQ -> seq = integer(member, 1, text);
            case CREDIT -> credit = integer(member, 0, text);
            case TRACEPARENT -> traceparent = shortText(member, text);
            case CALLER -> caller = shortText(member, text);
        }
    }

    /** Finds the members and judges the shape of a chunk in one pass: the type may come later. */
    private void readPayload(JsonScanner text) {
        members.begin(text);
        shape.begin(text);
        if (text.kind() != '{') {
            text.skip();
            return;
        }
        text.enter();
        while (text.next()) {
            shape.pass(text);
            members.note(text);
        }
    }

    private static @Nullable Member member(JsonScanner text) {
        for (Member member : MEMBERS) {
            if (text.isNamed(member.wireName)) {
                return member;
            }
        }
        return null;
    }

    private static FrameType type(JsonScanner text) {
        skipText(Member.TYPE, text);
        for (FrameType known : TYPES) {
            if (text.isText(known.wireName())) {
                return known;
            }
        }
        String name = wellFormed(Member.TYPE, text);
        if (name.isEmpty()) {
            throw invalid(Member.TYPE, "is empty");
        }
        return FrameType.of(name);
    }

    private String id(JsonScanner text) {
        skipText(Member.ID, text);
        String id = known.find(text);
        if (id != null && id.length() <= limits.idBytes()) {
            return id;
        }
        id = wellFormed(Member.ID, text);
        int bytes = ByteBufUtil.utf8Bytes(id);
        if (bytes > limits.idBytes()) {
            throw new BadFrameException(
                    ID_TOO_LONG, "'id' takes at most " + limits.idBytes() + " bytes");
        }
        if (bytes == id.length()) {
            known.add(id);
        }
        return id;
    }

    private static String shortText(Member member, JsonScanner text) {
        skipText(member, text);
        String value = wellFormed(member, text);
        if (ByteBufUtil.utf8Bytes(value) > MAX_TEXT_BYTES) {
            throw invalid(member, "takes at most " + MAX_TEXT_BYTES + " bytes");
        }
        return value;
    }

    private static void skipText(Member member, JsonScanner text) {
        if (!skipsScalar(text) || text.kind() != '"') {
            throw invalid(member, "is not a string");
        }
    }

    /** False for an object or an array, which is of the wrong kind whatever is in it. */
    private static boolean skipsScalar(JsonScanner text) {
        boolean scalar = text.kind() != '{' && text.kind() != '[';
        if (scalar) {
            text.skip();
        }
        return scalar;
    }

    private static BadFrameException invalid(Member member, String what) {
        return new BadFrameException(INVALID_MEMBER, "'" + member.wireName + "' " + what);
    }

    private static String wellFormed(Member member, JsonScanner text) {
        String value = text.text();
        if (Utf8.hasLoneSurrogate(value)) {
            throw invalid(member, "has a lone surrogate");
        }
        return value;
    }

    private static long integer(Member member, long least, JsonScanner text) {
        long value = skipsScalar(text) ? text.digits(MAX_SAFE_INTEGER) : -1;
        if (value < least) {
            throw invalid(member, "is not an integer from " + least + " to " + MAX_SAFE_INTEGER);
        }
        return value;
    }
}
