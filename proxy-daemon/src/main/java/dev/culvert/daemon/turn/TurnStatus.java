package dev.culvert.daemon.turn;

import dev.culvert.daemon.turn.PastTurn.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a turn is, as far as this daemon knows.
 *
 * @param lastEvent the number of the last event that came here; -1 where that was not asked
 * @param readBy the requests that read it, by their ids
 * @param outcome how it ended: null unless {@link State#ENDED}
 * @param since when it ended, or when its last reader went; null while it is read
 */
public record TurnStatus(
        String id,
        String agent,
        State state,
        long lastEvent,
        List<String> readBy,
        @Nullable String outcome,
        String code,
        @Nullable Instant since) {

    /** In the order in which one that several readers have is said to be in. */
    public enum State {
        /** The agent answers over a link of this daemon. */
        RUNNING,

        /** The agent was asked to stop it. */
        STOPPING,

        /** There is no link to the agent at the moment, or not yet. */
        WAITING,

        /** Nobody reads it here; it may run on at the agent. */
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
                past.since());
    }

    static TurnStatus live(TurnRequest request, State state, long lastEvent, boolean isRead) {
        List<String> readBy = isRead ? List.of(request.requestId()) : List.of();
        return new TurnStatus(
                request.id(), request.agent().id(), state, lastEvent, readBy, null, "", null);
    }

    /** Of the same turn, as another reader has it. */
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
                null);
    }
}
