package dev.culvert.daemon.turn;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What a turn uses of the daemon around it.
 *
 * @param isThere false once the agent was removed, or moved to another address
 * @param goingOn counts the turns that go on without their clients
 */
record TurnNeeds(
        Predicate<Agent> isThere,
        LiveTurns live,
        PastTurns past,
        GoingOn goingOn,
        WatchedTurns watched,
        Supplier<DaemonSettings> settings,
        ExchangeOpener opener,
        TurnObserver observer) {}
