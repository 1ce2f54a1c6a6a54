package dev.culvert.daemon.turn;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.turn.PastTurn.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The state of a turn, as far as this daemon knows.
 *
 * @param lastEvent the number of the last event that arrived here; -1 if that was not asked
 * @param readBy the ids of the requests that read it
 * @param outcome how it ended; null unless {@link State#ENDED}
 * @param since when it ended, or when its last reader left; null while it is read
 * @param caller who began it; null if that is not known
 * @param tokens what it took; null if that is not known
 * @param goesOn whether it goes on to its end if its client leaves
 */
public record TurnStatus(
        String id,
        String agent,
        State state,
        long lastEvent,
        List<String> readBy,
        @Nullable String outcome,
        String code,
        @Nullable Instant since,
        @Nullable Caller caller,
        @Nullable TurnTokens tokens,
        boolean goesOn) {

    /** If several readers are in different states, the first of these is the turn's. */
    public enum State {
        /** The agent answers over a link of this daemon. */
        RUNNING,

        /** The agent has been asked to stop it. */
        STOPPING,

        /** There is no link to the agent now, or not yet. */
        WAITING,

        /** Nobody reads it here; it may go on at the agent. */
        UNREAD,

        ENDED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static TurnStatus of(PastTurn past) {
        Outcome outcome = past.outcome();
        return new TurnStatus(
                past.id(),
                past.agent(),
                outcome == null ? State.UNREAD : State.ENDED,
                past.lastEvent(),
                List.of(),
                outcome == null ? null : outcome.label(),
                outcome == null ? "" : outcome.code(),
                past.since(),
                past.caller(),
                past.tokens(),
                false);
    }

    static TurnStatus live(LiveTurn reader, State state, long lastEvent, boolean isRead) {
        TurnRequest request = reader.request();
        return new TurnStatus(
                request.id(),
                request.agent().id(),
                state,
                lastEvent,
                isRead && request.isAddressed() ? List.of(request.requestId()) : List.of(),
                null,
                "",
                null,
                reader.beganBy(),
                reader.tokens(),
                reader.goesOn());
    }

    /** Adds what another reader of the same turn knows. */
    TurnStatus and(TurnStatus other) {
        List<String> readers = new ArrayList<>(readBy);
        readers.addAll(other.readBy);
        return new TurnStatus(
                id,
                agent,
                state.compareTo(other.state) <= 0 ? state : other.state,
                Math.max(lastEvent, other.lastEvent),
                readers,
                null,
                "",
                null,
                other.caller == null ? caller : other.caller,
                tokens == null ? other.tokens : tokens,
                goesOn || other.goesOn);
    }

    /** Adds what is known of it from before. */
    TurnStatus after(TurnStatus before) {
        return new TurnStatus(
                id,
                agent,
                state,
                lastEvent,
                readBy,
                outcome,
                code,
                since,
                caller == null ? before.caller : caller,
                tokens == null ? before.tokens : tokens,
                goesOn || before.goesOn);
    }
}
