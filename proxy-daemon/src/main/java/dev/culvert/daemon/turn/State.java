package dev.culvert.daemon.turn;

import dev.culvert.link.AgentLink;
import dev.culvert.link.Exchange;

/** How a reading of a turn is connected with the agent. Who wants it is for {@link Audience}. */
sealed interface State {
    State NEW = new New();
    State DIALLING = new Dialling();
    State ENDED = new Ended();

    /** Nothing was done yet. */
    record New() implements State {}

    /** Waits for the pool's link, whichever that is. */
    record Dialling() implements State {}

    /**
     * Looks for a link that takes more than being open.
     *
     * @param again whether the agent has had a request of this reader: the link of that was lost
     */
    record Waiting(LinkSearch search, boolean again) implements State {}

    /** The agent has its request, and answers over this link. */
    record Reading(AgentLink link, Exchange exchange) implements State {}

    /** It reads no more, which may not be the turn's end. */
    record Ended() implements State {}
}
