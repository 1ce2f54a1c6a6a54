package dev.culvert.daemon.turn;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.link.Patience;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What a turn uses of the daemon around it.
 *
 * @param isThere false once the agent was removed, or moved to another address
 * @param patience how long the agent may be silent, where its answer may take any time in all
 */
record TurnNeeds(
        Predicate<Agent> isThere,
        LiveTurns live,
        PastTurns past,
        Supplier<DaemonSettings> settings,
        Supplier<Patience> patience,
        TurnObserver observer) {}
