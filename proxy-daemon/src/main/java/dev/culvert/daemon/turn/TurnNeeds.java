package dev.culvert.daemon.turn;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.link.Patience;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What a turn needs of the daemon around it.
 *
 * @param isThere false once the agent was removed, or is somewhere else
 * @param patience with an agent that may answer for as long as it does answer
 */
record TurnNeeds(
        Predicate<Agent> isThere,
        LiveTurns live,
        PastTurns past,
        Supplier<DaemonSettings> settings,
        Supplier<Patience> patience,
        TurnObserver observer) {}
