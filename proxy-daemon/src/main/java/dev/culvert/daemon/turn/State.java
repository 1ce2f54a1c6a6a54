package dev.culvert.daemon.turn;

import dev.culvert.link.AgentLink;
import dev.culvert.link.Exchange;
import dev.culvert.link.Failure;
import org.jspecify.annotations.Nullable;

/** How one reading of a turn is connected with the agent. Who wants it is {@link Audience}. */
sealed interface State {
    State NEW = new New();

    /** Nothing was done yet. */
    record New() implements State {}

    /**
     * Looks for a link.
     *
     * @param again whether the agent has had a request of this reader: the link of that was lost
     */
    record Waiting(LinkSearch search, boolean again) implements State {}

    /** The agent has its request, and answers over this link. */
    record Reading(AgentLink link, Exchange exchange) implements State {}

    /**
     * It has ended, which may not be the turn's end.
     *
     * @param how null where the answer is whole
     */
    record Over(@Nullable Failure how) implements State {}
}
