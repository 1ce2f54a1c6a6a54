package dev.culvert.guest.connection;

import dev.culvert.guest.config.GuestSettings;
import dev.culvert.guest.desired.StateKeeper;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.session.Agent;
import dev.culvert.guest.session.SessionLimits;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An agent within the test's own thread, for which time passes when the test says so. */
final class EmbeddedAgent implements AutoCloseable {
    /** What all hosts that are connected to it may have it hold. */
    static final int HELD_BYTES = 6 << 20;

    private final EmbeddedChannel clock = new EmbeddedChannel();
    private final Account held =
            new Account(new AccountLimits("--max-held-bytes", HELD_BYTES, 100));
    private final Agent agent;

    EmbeddedAgent(LlmRuntime runtime) {
        this(runtime, null, SessionLimits.of(GuestSettings.DEFAULTS));
    }

    EmbeddedAgent(LlmRuntime runtime, @Nullable String model, SessionLimits limits) {
        clock.freezeTime();
        agent = new Agent(clock.eventLoop(), runtime, model, limits, StateKeeper.forgetful());
    }

    Agent agent() {
        return agent;
    }

    EmbeddedHost connect() {
        return new EmbeddedHost(agent, held);
    }

    void pass(Duration time) {
        clock.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        clock.runScheduledPendingTasks();
    }

    @Override
    public void close() {
        agent.close();
        clock.finishAndReleaseAll();
    }
}
