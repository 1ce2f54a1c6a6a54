package dev.culvert.daemon.turn;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.Account;
import dev.culvert.io.DirectMemory;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Holding;
import dev.culvert.io.Share;
import dev.culvert.link.AgentLink;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How far a reading has come: what was asked, what was answered, and how much more may come. */
final class Progress {
    private final CreditWindow window;

    /** What to ask, until the agent has answered anything; null where a turn is only resumed. */
    private @Nullable ByteBuf message;

    /** Null where the message is small, or gone. */
    private @Nullable Holding holding;

    /** Of the agent that may have the message; empty while that is not known. */
    private String instance = "";

    /** Whether the message may have arrived. */
    private boolean sent;

    /**
     * Of the agent that has answered the same message before; empty where none is known to have.
     */
    private String begunBy = "";

    private boolean answered;
    private long lastNumber;
    private long repeatedNumber;

    /**
     * @param message to be released by {@link #dropMessage}
     * @param after the number of the last frame that the client has
     */
    Progress(@Nullable ByteBuf message, long after, int credit) {
        lastNumber = after;
        this.message = message;
        window = new CreditWindow(credit);
    }

    /** Whether the message is charged; a small one is not counted and costs nothing here. */
    boolean isLarge() {
        return messageBytes() >= Account.GRAIN_BYTES;
    }

    private int messageBytes() {
        return message == null ? 0 : DirectMemory.pinnedBytes(message);
    }

    /**
     * Charges the message to {@code share} until it is dropped. If the memory runs out before the
     * message is sent, {@code unsent} is told; a sent message is dropped and cannot be sent again.
     */
    void charge(Share share, EventLoop loop, Consumer<Failure> unsent) {
        holding =
                share.open(
                        HeldKind.MESSAGES,
                        loop,
                        full -> {
                            if (sent) {
                                dropMessage();
                            } else {
                                unsent.accept(Endings.overMemory(full));
                            }
                        });
        holding.set(messageBytes());
    }

    boolean hasMessage() {
        return message != null;
    }

    /** Whether the agent may know of the turn: else nothing is lost where it is given up. */
    boolean mayBeKnown() {
        return sent || message == null;
    }

    boolean isSent() {
        return sent;
    }

    String instance() {
        return instance;
    }

    /** The request to begin with, which there must be; belongs to the caller. */
    Frame request(TurnRequest request) {
        ByteBuf payload = message;
        if (payload == null) {
            throw new IllegalStateException("a message that was answered is not sent again");
        }
        return Frame.request(
                FrameType.MESSAGE,
                request.id(),
                window.credit(),
                request.traceparent(),
                payload.retain());
    }

    /** True the first time. */
    boolean markSent() {
        boolean first = !sent;
        sent = true;
        return first;
    }

    /** What the lost link said counts; what the home link says only where that one said nothing. */
    void noteInstance(AgentLink lost, Agent agent) {
        if (instance.isEmpty()) {
            String said = lost.peer().instance();
            instance = said.isEmpty() ? agent.presence().said().instance() : said;
        }
    }

    /** An agent has answered the message before: to this one it is not sent again. */
    void wasBegunBy(String earlier) {
        begunBy = earlier;
    }

    /** Whether the turn of the message was begun by the agent at the other end. */
    boolean wasBegunBy(AgentLink link) {
        return hasMessage() && !begunBy.isEmpty() && begunBy.equals(link.peer().instance());
    }

    /** What another reading of the same turn can begin with, in place of this one. */
    record Unanswered(ByteBuf message, String instance, boolean sent) {}

    /** Null where it was answered, or asks nothing; the message belongs to the caller. */
    @Nullable Unanswered unanswered() {
        return message == null ? null : new Unanswered(message.retainedDuplicate(), instance, sent);
    }

    /** Takes ownership of its message. */
    void take(Unanswered other) {
        message = other.message();
        instance = other.instance();
        sent = other.sent();
    }

    /** Whether it would not miss anything that was said before. */
    boolean isAtTheBeginning() {
        return lastNumber == 0;
    }

    /** True the first time: the agent lets this one read. */
    boolean markAnswered() {
        boolean first = !answered;
        if (first) {
            answered = true;
            dropMessage();
        }
        return first;
    }

    void dropMessage() {
        if (message != null) {
            message.release();
            message = null;
            if (holding != null) {
                holding.set(0);
                holding = null;
            }
        }
    }

    /** The place of a frame in the turn; 0 where the client has it already. */
    long take(Frame chunk) {
        long seq = chunk.seq();
        if (seq > 0 && seq <= lastNumber) {
            repeatedNumber = seq;
            return 0;
        }
        lastNumber = seq > 0 ? seq : lastNumber + 1;
        return lastNumber;
    }

    boolean isAnswered() {
        return answered;
    }

    /** The number of the last frame that came, or that the client had. */
    long lastNumber() {
        return lastNumber;
    }

    /** The place of the end of the answer, after its last frame. */
    long end() {
        return 1 + (repeatedNumber > 0 ? repeatedNumber : lastNumber);
    }

    /** So much more is held for the client. */
    void came(int bytes) {
        window.came(bytes);
    }

    /** What to grant now that the client has taken so much. */
    long taken(long bytes) {
        return window.taken(bytes);
    }

    /** To begin anew with. */
    long credit() {
        return window.credit();
    }
}
