package dev.culvert.guest.connection;

import dev.culvert.guest.config.GuestSettings;
import dev.culvert.guest.config.RuntimeSource;
import dev.culvert.guest.desired.DesiredState;
import dev.culvert.guest.desired.StateKeeper;
import dev.culvert.guest.policy.BlockedCalls;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.session.Session;
import dev.culvert.guest.subjects.Subjects;
import dev.culvert.guest.turn.Turns;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An agent in the test's own thread, for which time passes when the test says so. */
final class EmbeddedAgent implements AutoCloseable {
    private final EmbeddedChannel clock = new EmbeddedChannel();
    private final GuestSettings settings;
    private final Account held;
    private final Turns turns;
    private final DesiredState desired;
    private final Subjects subjects;

    EmbeddedAgent(LlmRuntime runtime) {
        this(runtime, "");
    }

    /**
     * @param members of the JSON object that the agent's configuration file would contain
     */
    EmbeddedAgent(LlmRuntime runtime, String members) {
        clock.freezeTime();
        settings = settings(members);
        held = new Account(new AccountLimits("--max-held-bytes", settings.maxHeldBytes(), 100));
        turns = new Turns(clock.eventLoop(), runtime, settings.turns(), BlockedCalls.UNRECORDED);
        subjects = new Subjects(clock.eventLoop(), settings.subjects());
        desired =
                new DesiredState(
                        settings.maxConfigBytes(),
                        settings.maxContextBytes(),
                        ((RuntimeSource.Http) settings.runtime()).requests(),
                        StateKeeper.forgetful());
    }

    private static GuestSettings settings(String members) {
        try {
            Layer file = Layer.text("settings", "{" + members + "}");
            return Settings.read(List.of(file), GuestSettings::read).value();
        } catch (BadSettingsException e) {
            throw new IllegalArgumentException(e);
        }
    }

    GuestSettings settings() {
        return settings;
    }

    Subjects subjects() {
        return subjects;
    }

    Turns turns() {
        return turns;
    }

    Session session(Channel channel) {
        return new Session(turns, desired, subjects, null, channel);
    }

    EmbeddedHost connect() {
        return new EmbeddedHost(this, held);
    }

    void pass(Duration time) {
        clock.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        clock.runScheduledPendingTasks();
        clock.runPendingTasks();
    }

    @Override
    public void close() {
        turns.close();
        clock.finishAndReleaseAll();
    }
}
