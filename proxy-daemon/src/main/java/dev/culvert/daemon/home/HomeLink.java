package dev.culvert.daemon.home;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.io.Backoff;
import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.Failure;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one link to one agent open: dials, and dials again after each loss, or waits until an agent
 * that dials in does so. {@link HomeSession} does the work on the link. Confined to its event loop.
 */
final class HomeLink implements DialListener {
    /** A link that worked for so long resets the backoff, even if {@code backoff_min} is longer. */
    private static final Duration LASTING = Duration.ofSeconds(30);

    /** The longest wait while the virtual machine is paused: its clients wait for it. */
    private static final Duration PAUSED = Duration.ofSeconds(1);

    private sealed interface Phase {
        /**
         * @param redial null before the first dial
         */
        record Waiting(@Nullable Future<?> redial, long sinceNanos) implements Phase {}

        record Dialling() implements Phase {}

        record Linked(HomeSession session) implements Phase {}

        record Stopped() implements Phase {}
    }

    private final Agent agent;
    private final HomeLoop home;
    private final Backoff backoff;
    private final PresenceReport presence;
    private final ConfigPush push;
    private Phase phase = new Phase.Waiting(null, 0);

    /**
     * @param random spreads the dials of many agents
     */
    HomeLink(Agent agent, HomeLoop home, RandomGenerator random) {
        this.agent = agent;
        this.home = home;
        backoff =
                new Backoff(
                        () -> home.settings().backoffMin(),
                        () -> home.settings().backoffMax(),
                        random);
        presence = new PresenceReport(agent, home);
        push = new ConfigPush(agent, home, this::onPushed);
    }

    /** Takes the agent up. One that does not dial in soon after that is away. */
    void begin() {
        dial();
        if (!agent.road().isDialled()) {
            home.schedule(this::checkArrival, home.settings().backoffMax().toNanos());
        }
    }

    private void checkArrival() {
        if (phase instanceof Phase.Dialling
                && agent.presence().state() == AgentState.CONNECTING
                && agent.presence().lastHeard() == null) {
            presence.unreachable("it has not dialled in since this daemon started");
        }
    }

    /** Dials now, unless there is a link or a dial under way; or waits until the agent dials in. */
    void dial() {
        if (phase instanceof Phase.Waiting(Future<?> redial, long _)) {
            cancel(redial);
            phase = new Phase.Dialling();
            home.dial(agent, this);
        }
    }

    /** Dials now instead of after the wait, but not within {@code backoff_min} of a loss. */
    void nudge() {
        if (phase instanceof Phase.Waiting(Future<?> _, long since)
                && home.nanoTime() - since >= backoffMin().toNanos()) {
            dial();
        }
    }

    void stop(String reason) {
        Phase last = phase;
        phase = new Phase.Stopped();
        presence.stop();
        push.linkLost();
        switch (last) {
            case Phase.Waiting(Future<?> redial, long _) -> cancel(redial);
            case Phase.Linked(HomeSession session) -> session.close(reason);
            case Phase.Dialling _, Phase.Stopped _ -> {}
        }
    }

    /** Brings the desired configuration to the agent, or tells the listener that it is pending. */
    void push(ConfigPush.Listener listener) {
        if (phase instanceof Phase.Linked(HomeSession session)) {
            session.push(listener);
        } else {
            push.push(null, listener);
        }
    }

    /** Parks the turns of the agent for at most that long; null lets them go on. */
    void quiesce(@Nullable QuiesceRequest request, Consumer<QuiesceResult> listener) {
        Quiescing there =
                phase instanceof Phase.Linked(HomeSession session) ? session.quiescing() : null;
        if (there == null) {
            String why = agent.presence().lastError();
            listener.accept(
                    new QuiesceResult.Failed(
                            new Failure.Unreachable(
                                    why == null ? "it has not answered yet" : why)));
        } else if (request == null) {
            there.end(listener);
        } else {
            there.begin(request, listener);
        }
    }

    @Override
    public void onLink(AgentLink opened) {
        if (phase instanceof Phase.Stopped) {
            opened.close("the agent was removed");
            return;
        }
        HomeSession session = new HomeSession(agent, opened, home, push, presence);
        phase = new Phase.Linked(session);
        session.begin();
        opened.closed().addListener(_ -> onLost(session));
    }

    @Override
    public void onFailure(Failure failure) {
        lose(failure.message());
    }

    private void onLost(HomeSession session) {
        session.end();
        push.linkLost();
        Duration enough = backoffMin().compareTo(LASTING) < 0 ? backoffMin() : LASTING;
        if (session.hasWorked(enough)) {
            backoff.reset();
        }
        lose(session.reason());
    }

    private void lose(String reason) {
        if (phase instanceof Phase.Stopped) {
            return;
        }
        boolean isDialled = agent.road().isDialled();
        if (isDialled || agent.road().openLinks() == 0) { // else another link replaced this one
            presence.unreachable(reason);
        }
        long millis = isDialled ? backoff.next().toMillis() : 0; // waiting costs nothing
        if (agent.isQuiesced()) {
            millis = Math.min(millis, PAUSED.toMillis());
        }
        long wait = TimeUnit.MILLISECONDS.toNanos(millis); // never too many
        Future<?> redial = home.schedule(this::dial, wait);
        phase = new Phase.Waiting(redial, home.nanoTime());
    }

    private void onPushed(PushResult result) {
        if (phase instanceof Phase.Linked(HomeSession session)) {
            session.onPushed(result);
        }
    }

    private Duration backoffMin() {
        return home.settings().backoffMin();
    }

    private static void cancel(@Nullable Future<?> task) {
        if (task != null) {
            task.cancel(false);
        }
    }
}
