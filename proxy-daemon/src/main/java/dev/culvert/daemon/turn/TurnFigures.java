package dev.culvert.daemon.turn;

import java.util.Locale;

/**
 * How a reading in progress is doing.
 *
 * @param ageMillis since its client asked
 * @param events that came for this client
 * @param bytes of payload that came for this client
 * @param unreadBytes of these, what the client has not taken
 * @param creditBytes how much the agent may still send; {@link #NO_CREDIT} if it keeps to none
 * @param isLimited whether its caller has used more bytes a second than it may
 */
public record TurnFigures(
        Stage stage,
        long ageMillis,
        long events,
        long bytes,
        long unreadBytes,
        long creditBytes,
        boolean isLimited) {
    public static final long NO_CREDIT = -1;

    /** How far it has got. */
    public enum Stage {
        /** There is no link to the agent, or not yet. */
        LINKING,

        /** The agent has the request and has not answered. */
        ASKED,

        ANSWERING,
        STOPPING;

        static Stage of(TurnStatus.State state, boolean answered) {
            return switch (state) {
                case WAITING, UNREAD, ENDED -> LINKING;
                case STOPPING -> STOPPING;
                case RUNNING -> answered ? ANSWERING : ASKED;
            };
        }

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whom it waits for. */
    public enum Stall {
        NOBODY,
        LINK,
        AGENT,
        CLIENT,
        LIMIT;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private Stall ofCredit() {
        if (creditBytes == NO_CREDIT) {
            return Stall.NOBODY;
        }
        return isLimited ? Stall.LIMIT : Stall.CLIENT;
    }

    /** Whom it waits for now. An agent that has begun to answer is not timed here. */
    public Stall stall() {
        return switch (stage) {
            case LINKING -> Stall.LINK;
            case ASKED, STOPPING -> Stall.AGENT;
            case ANSWERING -> creditBytes > 0 ? Stall.NOBODY : ofCredit();
        };
    }
}
