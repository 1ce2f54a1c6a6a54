package dev.culvert.link;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.NextRound;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests that fit no frame: in parts, and no more of each than the agent has given credit
 * for (parts.md). Confined to the event loop.
 */
/* One part at a time waits for the socket, and the requests take turns. So any other frame waits for one part at the
 * most, and a request whose agent reads slowly takes no more memory than it had already. Each part is written in a
 * round of its own, so that one large request does not keep the loop from its other sockets. */
final class PartSender {
    static final int PART_BYTES = 64 * 1024;

    /** A credit for less counts as unasked, unless it is for all that is left. */
    static final int LEAST_CREDIT_BYTES = 4 * 1024;

    static final Failure BAD_CREDIT =
            new Failure.BadAnswer(
                    "the agent sent a credit that does not say for how many bytes of the message");

    private static final long MOST_CREDIT = (1L << 53) - 1;

    private final Channel channel;
    private final LinkObserver observer;
    private final Consumer<Exchange> sent;
    private final Queue<SentInParts> waiting = new ArrayDeque<>();
    private boolean isWriting;

    /**
     * @param sent is told when the last part of a request was sent
     */
    PartSender(Channel channel, LinkObserver observer, Consumer<Exchange> sent) {
        this.channel = channel;
        this.observer = observer;
        this.sent = sent;
    }

    /** Announces the request of {@code exchange}, of which it takes ownership. */
    void begin(Exchange exchange, Frame request) {
        ByteBuf text = withoutBlanks(request.payload().duplicate());
        ByteBuf payload = channel.alloc().ioBuffer(32);
        ByteBufUtil.writeAscii(payload, "{\"bytes\":" + text.readableBytes() + "}");
        exchange.rest(new SentInParts(exchange, text));
        write(
                Frame.request(
                                FrameType.PARTS,
                                exchange.id(),
                                request.credit(),
                                request.traceparent(),
                                payload)
                        .withCaller(request.caller()));
    }

    /* Blanks around a value are no part of the payload (framing.md). */
    private static ByteBuf withoutBlanks(ByteBuf text) {
        while (text.isReadable() && isBlank(text.getByte(text.readerIndex()))) {
            text.skipBytes(1);
        }
        while (text.isReadable() && isBlank(text.getByte(text.writerIndex() - 1))) {
            text.writerIndex(text.writerIndex() - 1);
        }
        return text;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    /** How many bytes more a {@code credit} frame allows; 0 if it does not say. */
    static long bytes(Frame credit) {
        JsonMembers members = credit.members();
        while (members.next()) {
            if (members.isNamed("bytes")) {
                return Math.max(0, members.digits(MOST_CREDIT));
            }
        }
        return 0;
    }

    /**
     * The agent takes so many bytes more. Returns whether that was of use; an agent that gives
     * credit in crumbs, or that it has given before, does what nobody asked for.
     */
    boolean grant(SentInParts rest, long bytes) {
        boolean isWanted = rest.grant(bytes);
        if (!rest.isQueued() && rest.ready() > 0) {
            rest.queued(true);
            waiting.add(rest);
            writeNext();
        }
        return isWanted && (bytes >= LEAST_CREDIT_BYTES || rest.hasCreditForAll());
    }

    /** Sends no more of the request: the exchange has ended or is about to. */
    void drop(Exchange exchange) {
        SentInParts rest = exchange.rest();
        if (rest != null) {
            exchange.rest(null);
            rest.release();
        }
    }

    private void writeNext() {
        SentInParts next = isWriting ? null : nextWaiting();
        if (next == null) {
            return;
        }
        isWriting = true;
        Frame part = next.next(channel.alloc());
        observer.onFrameSent(part.type(), part.payload().readableBytes());
        channel.write(part)
                .addListener(write -> {
                    if (write.isSuccess()) {
                        NextRound.run(channel.eventLoop(), this::written);
                    }
                });
        Exchange exchange = next.exchange();
        if (next.isComplete()) {
            drop(exchange);
            sent.accept(exchange);
        } else if (next.ready() > 0) {
            next.queued(true);
            waiting.add(next);
        }
    }

    private void written() {
        isWriting = false;
        writeNext();
    }

    /** Takes those off whose exchange has ended. */
    private @Nullable SentInParts nextWaiting() {
        SentInParts next = waiting.poll();
        while (next != null && next.exchange().rest() != next) {
            next = waiting.poll();
        }
        if (next != null) {
            next.queued(false);
        }
        return next;
    }

    private void write(Frame frame) {
        observer.onFrameSent(frame.type(), frame.payload().readableBytes());
        channel.write(frame, channel.voidPromise());
    }
}
