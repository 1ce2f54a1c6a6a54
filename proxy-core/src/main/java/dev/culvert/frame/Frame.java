package dev.culvert.frame;

import dev.culvert.io.Quoted;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.DefaultByteBufHolder;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One frame. It owns its payload: releasing the frame releases the payload.
 *
 * <p>An empty payload means that the frame has none. The extension members are absent by default:
 * {@link #seq} is then 0, {@link #credit} -1, and {@link #traceparent} and {@link #caller} null.
 */
public final class Frame extends DefaultByteBufHolder {
    static final long NO_SEQ = 0;
    static final long NO_CREDIT = -1;

    /** Where a request comes from. In an object of its own: most frames have neither. */
    private record Origin(@Nullable String traceparent, @Nullable String caller) {}

    private final FrameType type;
    private final String id;
    private final long seq;
    private final long credit;
    private @Nullable Origin origin;
    private boolean mayHoldTrue = true;
    private int @Nullable [] places;
    private @Nullable String chunkFault;
    private boolean lastChunk;

    /** Of the text, if it is all that a small chunk says; both 0 otherwise. */
    private char textStart;

    private char textEnd;

    /** Takes ownership of {@code payload}. */
    public Frame(FrameType type, String id, ByteBuf payload) {
        this(type, id, NO_SEQ, NO_CREDIT, null, payload);
    }

    /** Takes ownership of {@code payload}. */
    Frame(
            FrameType type,
            String id,
            long seq,
            long credit,
            @Nullable String traceparent,
            ByteBuf payload) {
        super(payload);
        this.type = type;
        this.id = id;
        this.seq = seq;
        this.credit = credit;
        origin = traceparent == null ? null : new Origin(traceparent, null);
    }

    /**
     * A request whose answer may have {@code credit} bytes until more is granted. Takes ownership
     * of {@code payload}.
     */
    public static Frame request(
            FrameType type, String id, long credit, @Nullable String traceparent, ByteBuf payload) {
        return new Frame(type, id, NO_SEQ, credit, traceparent, payload);
    }

    /**
     * A message that arrived in parts, and was checked. Takes ownership of {@code payload}.
     *
     * @param parts announced it
     * @param members where the members of the payload are
     */
    public static Frame joined(Frame parts, ByteBuf payload, int[] members) {
        Frame message = request(FrameType.MESSAGE, parts.id, parts.credit, null, payload);
        message.origin = parts.origin;
        message.places = members;
        return message;
    }

    /** A frame without a payload. */
    public static Frame bare(FrameType type, String id) {
        return new Frame(type, id, Unpooled.EMPTY_BUFFER);
    }

    public FrameType type() {
        return type;
    }

    /** Ties a reply to its request; empty if the frame answers nothing. */
    public String id() {
        return id;
    }

    /** Lent: retain it to keep it longer than the frame. */
    public ByteBuf payload() {
        return content();
    }

    /** The number of a chunk in its turn, from 1; 0 if the peer does not count. */
    public long seq() {
        return seq;
    }

    /** Payload bytes that the sender is ready to take; -1 if it does not use credit. */
    public long credit() {
        return credit;
    }

    /** The W3C trace context that came with the request. */
    public @Nullable String traceparent() {
        Origin from = origin;
        return from == null ? null : from.traceparent;
    }

    /** Who asks the host for the turn, as the host knows it; null if it does not say. */
    public @Nullable String caller() {
        Origin from = origin;
        return from == null ? null : from.caller;
    }

    /** Notes who asks; before anybody else has the frame. */
    Frame by(@Nullable String who) {
        if (who != null) {
            origin = new Origin(traceparent(), who);
        }
        return this;
    }

    private Frame from(@Nullable Origin other) {
        origin = other;
        return this;
    }

    /**
     * False if no member of the payload is {@code true}. Reading the envelope finds that out, so
     * most chunks need no second look to know that they are not the last.
     */
    boolean mayHoldTrue() {
        return mayHoldTrue;
    }

    /**
     * Notes what reading the frame found out about the payload's members.
     *
     * @param large whether finding them again would cost more than keeping where they are
     * @param chunk what it found out about a chunk; null for any other frame
     */
    Frame found(JsonMembers.Finder members, boolean large, @Nullable ChunkShape chunk) {
        if (chunk != null) {
            chunkFault = chunk.fault();
            lastChunk = chunk.isLast();
            if (!large && chunk.isOnlyText()) {
                textStart = (char) chunk.contentStart();
                textEnd = (char) chunk.contentEnd();
            }
        }
        mayHoldTrue = members.holdsTrue();
        places = large || mayHoldTrue ? members.places() : null;
        return this;
    }

    /**
     * How a chunk that arrived breaks its schema (messages.md), in words that follow "a chunk";
     * null if it does not, and for any other frame.
     */
    public @Nullable String chunkFault() {
        return chunkFault;
    }

    /** Whether it is a chunk that arrived and says {@code "done":true}. */
    public boolean isLastChunk() {
        return lastChunk;
    }

    /**
     * Whether it is a small chunk that arrived, is not the last one, and says nothing but a text:
     * most chunks are. Its {@link #members} need not be found again.
     */
    /* The two numbers cost no memory: they fit into what the object takes anyway. With them, a front goes over a
     * chunk of 40 bytes once and not twice. */
    public boolean isOnlyText() {
        return textStart > 0;
    }

    /**
     * Lends the text of such a chunk, as JSON writes it between the quotes, for the call. Meanwhile
     * the payload is no more than that.
     */
    /* A slice would be 48 bytes more for each event of a front. */
    public void readText(Consumer<ByteBuf> reader) {
        ByteBuf payload = content();
        int start = payload.readerIndex();
        int end = payload.writerIndex();
        payload.setIndex(start + textStart, start + textEnd);
        try {
            reader.accept(payload);
        } finally {
            payload.setIndex(start, end);
        }
    }

    /** Whether the member of that name is {@code true}, in a payload that arrived. */
    public boolean isTrue(String member) {
        return mayHoldTrue && JsonMembers.isTrue(content(), places(), member);
    }

    /** Only for a payload that arrived, and so was checked: one to be sent may be anything. */
    public JsonMembers members() {
        return new JsonMembers(content(), places());
    }

    private int[] places() {
        int[] known = places;
        if (known == null) {
            known = JsonMembers.find(content());
            places = known;
        }
        return known;
    }

    /** The same frame with a seq; which takes over the payload's ownership. */
    public Frame withSeq(long value) {
        return new Frame(type, id, value, credit, null, content()).from(origin);
    }

    /** The same frame with a credit; which takes over the payload's ownership. */
    public Frame withCredit(long value) {
        return new Frame(type, id, seq, value, null, content()).from(origin);
    }

    /** The same frame with a trace context; which takes over the payload's ownership. */
    public Frame withTraceparent(@Nullable String value) {
        return new Frame(type, id, seq, credit, value, content()).by(caller());
    }

    /** The same frame with who asks; which takes over the payload's ownership. */
    public Frame withCaller(@Nullable String value) {
        return new Frame(type, id, seq, credit, traceparent(), content()).by(value);
    }

    @Override
    public Frame replace(ByteBuf payload) {
        return new Frame(type, id, seq, credit, null, payload).from(origin);
    }

    @Override
    public Frame retain() {
        super.retain();
        return this;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Frame frame
                && type == frame.type
                && id.equals(frame.id)
                && seq == frame.seq
                && credit == frame.credit
                && Objects.equals(origin, frame.origin)
                && content().equals(frame.content());
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, id, seq, content());
    }

    @Override
    public String toString() {
        return type.wireName()
                + " '"
                + Quoted.word(id)
                + "' ("
                + content().readableBytes()
                + " bytes)";
    }
}
