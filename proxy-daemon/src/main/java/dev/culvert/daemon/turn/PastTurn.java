package dev.culvert.daemon.turn;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.frame.ErrorCode;
import dev.culvert.link.Failure;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the daemon knows of a turn that nobody reads through it any more.
 *
 * @param asked the fingerprint of the message that was sent with an {@code Idempotency-Key}; 0
 *     without one
 * @param instance of the agent that answered; empty if none did, or if it names no instance
 * @param lastEvent the number of the last event that arrived
 * @param outcome how the turn ended; null if that is not known, and the turn may go on
 * @param caller who began it; null if that is not known
 * @param tokens what it took; null if that is not known
 * @param since when it ended, or when its last reader left
 */
record PastTurn(
        String id,
        String agent,
        long asked,
        String instance,
        long lastEvent,
        @Nullable Outcome outcome,
        @Nullable Caller caller,
        @Nullable TurnTokens tokens,
        Instant since) {

    /**
     * How a turn ended.
     *
     * @param code the code of an agent's error; empty if there was no error
     */
    record Outcome(String label, String code) {
        private static final Outcome DONE = new Outcome("done", "");
        private static final int MAX_CODE_CHARS = 64;

        /**
         * The outcome of a turn whose reading ended in this way.
         *
         * @param how as the reader was told; null if the answer is complete
         * @return null if it does not show that the turn ended
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

    /** Null if the end of the reading says nothing about the turn. */
    static @Nullable PastTurn of(LiveTurn reader, Progress progress, @Nullable Failure how) {
        TurnRequest request = reader.request();
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
                reader.beganBy(),
                reader.tokens(),
                Instant.now());
    }

    /** Adds what was known before. */
    PastTurn after(PastTurn before) {
        boolean knewTheEnd = before.outcome != null;
        return new PastTurn(
                id,
                agent,
                asked == 0 ? before.asked : asked,
                instance.isEmpty() ? before.instance : instance,
                Math.max(lastEvent, before.lastEvent),
                knewTheEnd ? before.outcome : outcome,
                before.caller == null ? caller : before.caller,
                before.tokens == null ? tokens : before.tokens,
                knewTheEnd ? before.since : since);
    }
}
