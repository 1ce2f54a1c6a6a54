package dev.culvert.daemon.turn;

import dev.culvert.frame.ErrorCode;
import dev.culvert.link.Failure;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a turn that nobody reads through this daemon any more.
 *
 * @param asked the fingerprint of the message that was sent with an {@code Idempotency-Key}; 0
 *     where there was none
 * @param instance of the agent that has answered; empty where none has, or has not said which it is
 * @param lastEvent the number of the last event that came
 * @param outcome how the turn ended; null where that was not heard, and it may run on
 * @param since when it ended, or when its last reader went
 */
record PastTurn(
        String id,
        String agent,
        long asked,
        String instance,
        long lastEvent,
        @Nullable Outcome outcome,
        Instant since) {

    /**
     * How a turn ended.
     *
     * @param code what an agent's error was; empty where it was none
     */
    record Outcome(String label, String code) {
        private static final Outcome DONE = new Outcome("done", "");
        private static final int MAX_CODE_CHARS = 64;

        /**
         * What is kept of an end.
         *
         * @param how as its reader was told; null where the answer is whole
         * @return null where that says nothing of the turn
         */
        static @Nullable Outcome of(@Nullable Failure how) {
            if (how == null) {
                return DONE;
            } else if (!Endings.isSaidToHaveEnded(how)) {
                return null;
            } else if (how instanceof Failure.ToolBlocked) {
                return new Outcome("tool_blocked", "");
            } else if (Endings.isError(how, ErrorCode.CANCELLED)) {
                return new Outcome("cancelled", "");
            }
            String code = how.code();
            return new Outcome("error", code.substring(0, Math.min(code.length(), MAX_CODE_CHARS)));
        }
    }

    /** Null where the reading that ended so says nothing of the turn. */
    static @Nullable PastTurn of(TurnRequest request, Progress progress, @Nullable Failure how) {
        Outcome outcome = Outcome.of(how);
        if (outcome == null && !progress.isAnswered()) {
            return null;
        }
        return new PastTurn(
                request.id(),
                request.agent().id(),
                request.asked(),
                progress.isAnswered() ? progress.instance() : "",
                how == null ? progress.end() : Math.max(Endings.seq(how), progress.lastNumber()),
                outcome,
                Instant.now());
    }

    /** The same, with what was known of it before. */
    PastTurn after(PastTurn before) {
        boolean knewTheEnd = before.outcome != null;
        return new PastTurn(
                id,
                agent,
                asked == 0 ? before.asked : asked,
                instance.isEmpty() ? before.instance : instance,
                Math.max(lastEvent, before.lastEvent),
                knewTheEnd ? before.outcome : outcome,
                knewTheEnd ? before.since : since);
    }
}
