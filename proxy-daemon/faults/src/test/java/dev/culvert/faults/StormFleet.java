package dev.culvert.faults;

import dev.culvert.guest.config.JoinSettings;
import dev.culvert.guest.config.JoinTarget;
import dev.culvert.guest.config.RuntimeRequests;
import dev.culvert.guest.config.SubjectSettings;
import dev.culvert.guest.config.TunnelSettings;
import dev.culvert.guest.config.TurnLimits;
import dev.culvert.guest.connection.DialIn;
import dev.culvert.guest.connection.DialInPipeline;
import dev.culvert.guest.connection.GuestPipeline;
import dev.culvert.guest.connection.Vitals;
import dev.culvert.guest.desired.DesiredState;
import dev.culvert.guest.desired.StateKeeper;
import dev.culvert.guest.policy.BlockedCalls;
import dev.culvert.guest.runtime.EchoRuntime;
import dev.culvert.guest.session.Session;
import dev.culvert.guest.subjects.Subjects;
import dev.culvert.guest.tunnel.HostTunnels;
import dev.culvert.guest.tunnel.LocalPorts;
import dev.culvert.guest.turn.Turns;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.transport.EventLoops;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Many agents in this process. Each has a key and a connection of its own; how they dial in, and
 * when again, is the code of the shipped guest. They share one event loop and one echo runtime.
 */
final class StormFleet implements AutoCloseable {
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final long HELD_BYTES = 1L << 30;

    private final EventLoops loops = EventLoops.start(1, "storm");
    private final EventLoop loop = loops.next();
    private final Comebacks comebacks = new Comebacks();
    private final List<StormAgent> agents = new ArrayList<>();
    private final List<DialIn> dialIns = new ArrayList<>();
    private final Turns turns =
            new Turns(
                    loop,
                    new EchoRuntime(Duration.ZERO),
                    TurnLimits.DEFAULTS,
                    BlockedCalls.UNRECORDED);

    /**
     * Dials nothing yet.
     *
     * @param tokens the join token of each agent, by its name
     * @param targets where they dial in, in turn
     * @param seed decides when each dials again
     */
    StormFleet(Map<String, String> tokens, List<JoinTarget> targets, long seed) throws IOException {
        GuestPipeline links = links();
        for (Map.Entry<String, String> token : tokens.entrySet()) {
            StormAgent agent = new StormAgent(token.getKey(), token.getValue(), comebacks);
            JoinTarget target = targets.get(agents.size() % targets.size());
            dialIns.add(
                    new DialIn(
                            target,
                            loops.transport(),
                            loop,
                            new DialInPipeline(
                                    target, JoinSettings.DEFAULTS, links, agent::identity),
                            new SplittableRandom(seed + agents.size())));
            agents.add(agent);
        }
    }

    private GuestPipeline links() {
        DesiredState desired =
                new DesiredState(
                        1 << 20, 1 << 20, RuntimeRequests.DEFAULTS, StateKeeper.forgetful());
        Subjects subjects = new Subjects(loop, SubjectSettings.DEFAULTS);
        Vitals vitals =
                new Vitals(
                        "1.0.0",
                        "storm",
                        Session.FEATURES,
                        System.nanoTime(),
                        new Vitals.Reports(HEARTBEAT, () -> "", () -> ""));
        return new GuestPipeline(
                channel -> new Session(turns, desired, subjects, null, channel),
                vitals,
                new Account(new AccountLimits("held", HELD_BYTES, 100)),
                new HostTunnels(TunnelSettings.DEFAULTS, LocalPorts.of(loops)),
                false);
    }

    /** All dial in for the first time. */
    void begin() {
        dialIns.forEach(DialIn::begin);
    }

    /** All lose their links at the same moment, and dial again. */
    void loseLinks() {
        loop.execute(() -> agents.forEach(StormAgent::lose));
    }

    /** How many have a link. */
    long linked() {
        return loop.submit(() -> agents.stream().filter(StormAgent::isLinked).count())
                .awaitUninterruptibly()
                .getNow();
    }

    Comebacks comebacks() {
        return comebacks;
    }

    @Override
    public void close() {
        dialIns.forEach(DialIn::stop);
        loop.submit(turns::close).awaitUninterruptibly();
        loops.close();
    }
}
