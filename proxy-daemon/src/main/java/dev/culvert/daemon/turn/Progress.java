package dev.culvert.daemon.turn;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameLimits;
import dev.culvert.frame.FrameType;
import dev.culvert.io.Account;
import dev.culvert.io.DirectMemory;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Holder;
import dev.culvert.io.Holding;
import dev.culvert.io.Share;
import dev.culvert.link.AgentLink;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How far a reading has got: the request, the events that arrived, and the credit for more. */
final class Progress {
    private static final int MOST_IN_A_FRAME = FrameLimits.DEFAULTS.payloadBytes();

    private final CreditWindow window;
    private final long startNanos = System.nanoTime();
    private final boolean needsParts;

    /** What to send, until the agent answers; null if the turn is only resumed. */
    private @Nullable ByteBuf message;

    /** Null if the message is small, or dropped. */
    private @Nullable Holding holding;

    /** The instance of the agent that may have the message; empty while unknown. */
    private String instance = "";

    /** Whether the message may have arrived. */
    private boolean sent;

    /** The instance of the agent that has answered the same message before; empty if none has. */
    private String begunBy = "";

    /** Whether the request was sent a second time; it is never sent a third time. */
    private boolean retried;

    private boolean answered;
    private long lastNumber;
    private long repeatedNumber;

    /**
     * @param message owned; {@link #dropMessage} releases it
     * @param after the number of the last frame that the client has
     */
    Progress(@Nullable ByteBuf message, long after, int credit) {
        lastNumber = after;
        this.message = message;
        needsParts = message != null && message.readableBytes() > MOST_IN_A_FRAME;
        window = new CreditWindow(credit);
    }

    /** When the client asked. */
    long startNanos() {
        return startNanos;
    }

    /** Whether the message fits no frame, so that the agent must have announced what it can. */
    boolean needsParts() {
        return needsParts;
    }

    /** Why an agent that takes no message in parts does not get this one. */
    Failure tooLarge() {
        return new Failure.TooLarge(
                message == null ? 0 : message.readableBytes(), MOST_IN_A_FRAME, true);
    }

    /** Whether the message is charged; a small one is not counted and costs nothing here. */
    boolean isLarge() {
        return messageBytes() >= Account.GRAIN_BYTES;
    }

    private int messageBytes() {
        return message == null ? 0 : DirectMemory.pinnedBytes(message);
    }

    /**
     * Charges the message to {@code share} until it is dropped; {@code holder} is told if the
     * memory runs out.
     */
    void charge(Share share, EventLoop loop, Holder holder) {
        holding = share.open(HeldKind.MESSAGES, loop, holder);
        holding.set(messageBytes());
    }

    boolean hasMessage() {
        return message != null;
    }

    /** Whether the agent may know the turn. If not, nothing is lost by giving it up. */
    boolean mayBeKnown() {
        return sent || message == null;
    }

    /** The request is sent a second time. */
    void retry() {
        retried = true;
    }

    boolean isRetried() {
        return retried;
    }

    boolean isSent() {
        return sent;
    }

    String instance() {
        return instance;
    }

    /** The message as a frame, which belongs to the caller. There must be a message. */
    Frame request(TurnRequest request) {
        ByteBuf payload = message;
        if (payload == null) {
            throw new IllegalStateException("a message that was answered is not sent again");
        }
        Frame message =
                Frame.request(
                        FrameType.MESSAGE,
                        request.id(),
                        window.credit(),
                        request.traceparent(),
                        payload.retain());
        String caller = request.callerForTools();
        return caller == null ? message : message.withCaller(caller);
    }

    /** Returns true the first time. */
    boolean markSent() {
        boolean first = !sent;
        sent = true;
        return first;
    }

    /** Notes the instance that the lost link named, or else the one that the home link names. */
    void noteInstance(AgentLink lost, Agent agent) {
        if (instance.isEmpty()) {
            String said = lost.heartbeat().instance();
            instance = said.isEmpty() ? agent.presence().said().instance() : said;
        }
    }

    /** That instance has answered the message before, so it does not get it again. */
    void wasBegunBy(String earlier) {
        begunBy = earlier;
    }

    /** Whether the agent on this link has begun the turn of this message before. */
    boolean wasBegunBy(AgentLink link) {
        return hasMessage() && !begunBy.isEmpty() && link.heartbeat().mayHaveTurnsOf(begunBy);
    }

    /** What a later reading of the same turn can begin with. */
    record Unanswered(ByteBuf message, String instance, boolean sent) {}

    /** Null if it was answered or has no message; the message belongs to the caller. */
    @Nullable Unanswered unanswered() {
        return message == null ? null : new Unanswered(message.retainedDuplicate(), instance, sent);
    }

    /** Takes ownership of the message. */
    void take(Unanswered other) {
        message = other.message();
        instance = other.instance();
        sent = other.sent();
    }

    /** Whether the client has no event yet. */
    boolean isAtTheBeginning() {
        return lastNumber == 0;
    }

    /** The agent lets this one read. Returns true the first time. */
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

    /** Returns the number of a frame in the turn; 0 if the client has it already. */
    long take(Frame chunk) {
        long seq = chunk.seq();
        if (seq > 0 && seq <= lastNumber) {
            repeatedNumber = seq;
            return 0;
        }
        lastNumber = seq > 0 ? seq : lastNumber + 1;
        repeatedNumber = 0;
        return lastNumber;
    }

    boolean isAnswered() {
        return answered;
    }

    /** The number of the last frame that arrived, or that the client had. */
    long lastNumber() {
        return lastNumber;
    }

    /** The number of the end of the answer, one after its last frame. */
    long end() {
        return 1 + (repeatedNumber > 0 ? repeatedNumber : lastNumber);
    }

    /** So many more bytes wait for the client. */
    void came(int bytes) {
        window.came(bytes);
    }

    /** How many bytes of payload came for the client. */
    long cameBytes() {
        return window.cameBytes();
    }

    /** The client has taken so many bytes. Returns the credit to grant now. */
    long taken(long bytes) {
        return window.taken(bytes);
    }

    /** Nobody takes what has come: it counts as taken. Returns the credit to grant now. */
    long takenAll() {
        return window.taken(window.outstanding());
    }

    /**
     * What the reading has achieved so far.
     *
     * @param hasCredit whether the agent keeps to the credit that it was given
     */
    TurnFigures figures(TurnStatus.State state, boolean hasCredit, boolean isLimited) {
        return new TurnFigures(
                TurnFigures.Stage.of(state, answered),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos),
                window.cameEvents(),
                window.cameBytes(),
                window.outstanding(),
                hasCredit ? window.left() : TurnFigures.NO_CREDIT,
                isLimited);
    }

    /** The credit for a new exchange. */
    long credit() {
        return window.credit();
    }
}
