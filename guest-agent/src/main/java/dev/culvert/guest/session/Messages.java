package dev.culvert.guest.session;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.guest.desired.AgentConfig;
import dev.culvert.guest.desired.DesiredState;
import dev.culvert.guest.desired.InvalidPayloadException;
import dev.culvert.guest.desired.JsonObject;
import dev.culvert.guest.policy.ToolGate;
import dev.culvert.guest.policy.ToolRules;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.tools.Offer;
import dev.culvert.guest.tools.Workshop;
import dev.culvert.guest.turn.Deliveries;
import dev.culvert.guest.turn.Replies;
import dev.culvert.guest.turn.Turn;
import dev.culvert.guest.turn.Turns;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins a turn for each new message of one link, and has those read that are known. Confined to
 * the event loop.
 */
final class Messages {
    private static final Logger LOG = LoggerFactory.getLogger(Messages.class);

    private static final String LOG_IS_GONE =
            "the log of the turn no longer goes back that far: see --turn-log-ttl,"
                    + " --turn-log-bytes, --turn-logs-bytes and --max-ended-turns of the agent";

    private final Turns turns;
    private final DesiredState desired;
    private final @Nullable Workshop workshop;
    private final Replies replies;
    private final Deliveries deliveries;
    private final Admission admission;

    /**
     * What a turn is made of.
     *
     * @param workshop the agent's own tools; null for none
     */
    record Parts(Turns turns, DesiredState desired, @Nullable Workshop workshop) {}

    Messages(Parts parts, Replies replies, Deliveries deliveries, Admission admission) {
        turns = parts.turns;
        desired = parts.desired;
        workshop = parts.workshop;
        this.replies = replies;
        this.deliveries = deliveries;
        this.admission = admission;
    }

    /**
     * Borrows {@code frame}.
     *
     * @param asked the fingerprint of its payload
     */
    void onMessage(Frame frame, long asked) throws InvalidPayloadException {
        String id = frame.id();
        Turn known = turns.find(id);
        if (known == null) {
            startTurn(frame, asked);
        } else if (known.answers(asked)) {
            read(known, 0, frame.credit());
        } else {
            replies.sendError(
                    id,
                    ErrorCode.ID_REUSED,
                    "the turn of this id was started with another payload");
            known.settle();
        }
    }

    private void startTurn(Frame frame, long asked) throws InvalidPayloadException {
        String id = frame.id();
        if (turns.hasEnded(id)) {
            replies.sendError(id, ErrorCode.LOG_TRUNCATED, LOG_IS_GONE);
        } else if (!admission.refusesTurn(id, frame.payload().readableBytes())) {
            ask(frame, asked, desired.config());
        }
    }

    private void ask(Frame frame, long asked, AgentConfig config) throws InvalidPayloadException {
        RequestWriter writer = RequestWriter.of(frame);
        if (writer.isForAnotherKind(config.runtimeKind())) {
            admission.overloaded(
                    frame.id(),
                    "the message is in Anthropic's form, but the agent's runtime is of the kind "
                            + config.runtimeKind().wireName()
                            + " now: try again");
            return;
        }
        Offer offer = workshop == null ? null : writer.offer(workshop, config, frame);
        ByteBuf body = writer.body(config, desired.contexts(), offer);
        ToolRules rules =
                offer == null ? config.tools() : config.tools().asking(offer.approvable());
        Turn turn = turns.begin(frame.id(), asked, ToolGate.of(rules, frame.caller()));
        read(turn, 0, frame.credit());
        LlmRuntime runtime = turns.runtime();
        turn.start(
                offer == null ? runtime : offer.over(runtime, writer.isInDialect()),
                body,
                RequestWriter.headers(frame, config),
                config.runtimeKind());
    }

    /** Borrows {@code frame}. */
    void onResume(Frame frame) throws InvalidPayloadException {
        String id = frame.id();
        long after = JsonObject.readSmall("the payload", frame.payload()).integer("after", 0);
        Turn turn = turns.find(id);
        if (turn != null) {
            LOG.debug("turn '{}' is resumed after frame {}", Quoted.word(id), after);
            read(turn, after, frame.credit());
        } else {
            refuse(id, turns.hasEnded(id) ? ErrorCode.LOG_TRUNCATED : ErrorCode.UNKNOWN_TURN);
        }
    }

    /** Sends a turn that was found over this link, or refuses to. */
    private void read(Turn turn, long after, long credit) {
        ErrorCode refusal = turn.refusal(after);
        if (refusal == null) {
            deliveries.begin(turn, after, credit);
        } else {
            refuse(turn.id(), refusal);
            turn.settle();
        }
    }

    private void refuse(String id, ErrorCode code) {
        replies.sendError(
                id,
                code,
                code == ErrorCode.UNKNOWN_TURN
                        ? "the agent has no turn with this id that has come that far"
                        : LOG_IS_GONE);
    }
}
