package dev.culvert.daemon.home;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.FleetSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentSource;
import dev.culvert.daemon.fleet.DesiredStore;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.link.BasePeer;
import dev.culvert.link.DialListener;
import dev.culvert.link.EmbeddedLink;
import dev.culvert.link.Failure;
import dev.culvert.link.LinkObserver;
import dev.culvert.road.TestRoads;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One agent and what its home link works with, without sockets: the test answers dials, is the
 * agent, and moves the time.
 */
final class HomeFixture implements AutoCloseable {
    /** Draws the longest wait. */
    private static final RandomGenerator LONGEST =
            new RandomGenerator() {
                @Override
                public long nextLong() {
                    throw new AssertionError("a wait has a bound");
                }

                @Override
                public long nextLong(long bound) {
                    return bound - 1;
                }
            };

    private static final Duration STEP = Duration.ofMillis(100);

    final Agent agent;

    /** States of the agent, as listeners were told of them. */
    final List<String> told = new ArrayList<>();

    /** Whether the agent was busy, whenever listeners were told that its conditions changed. */
    final List<Boolean> toldBusy = new ArrayList<>();

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<EmbeddedLink> links = new ArrayList<>();
    private final Deque<DialListener> dials = new ArrayDeque<>();
    private int dialled;
    private DaemonSettings settings = DaemonSettings.DEFAULTS;

    final Fleet fleet =
            new Fleet(
                    DesiredStore.NONE,
                    () -> FleetSettings.DEFAULTS,
                    new TestRoads(
                                    channel.eventLoop(),
                                    (_, listener) -> {
                                        dialled++;
                                        dials.add(listener);
                                    })
                            ::to);

    private final HomeLoop home =
            new HomeLoop(channel.eventLoop(), fleet, () -> settings, (_, _) -> {});

    private @Nullable HomeLink link;

    /**
     * @param config of the agent, a JSON object; null for none
     */
    HomeFixture(@Nullable String config) throws IOException {
        channel.freezeTime();
        fleet.source(AgentSource.API)
                .put(
                        new AgentSettings(
                                "a",
                                "default",
                                AgentAddress.parse("tcp://127.0.0.1:1"),
                                Optional.ofNullable(config),
                                List.of()));
        agent = Objects.requireNonNull(fleet.find("a"));
        fleet.listen(
                new FleetListener() {
                    @Override
                    public void onChanged(Agent changed) {
                        told.add(changed.presence().state().label());
                    }

                    @Override
                    public void onConditionsChanged(Agent changed) {
                        toldBusy.add(changed.isBusy());
                    }
                });
    }

    HomeLoop home() {
        return home;
    }

    /** The home link, from now on dialled. */
    HomeLink begin() {
        HomeLink begun = new HomeLink(agent, home, LONGEST);
        link = begun;
        begun.dial();
        return begun;
    }

    void use(DaemonSettings next) {
        settings = next;
    }

    /** The settings of a host with this policy for tools. */
    static DaemonSettings withPolicy(Path file) throws BadSettingsException {
        String text = "{\"tools\": {\"policy\": \"" + file + "\"}}";
        return Settings.read(List.of(Layer.text("test", text)), DaemonSettings::read).value();
    }

    int dialled() {
        return dialled;
    }

    /** The dial that is under way succeeds: what the test returns is the agent's end. */
    EmbeddedLink accept() {
        EmbeddedLink accepted = link();
        dials.remove().onLink(accepted.link());
        return accepted;
    }

    EmbeddedLink link() {
        EmbeddedLink made = new EmbeddedLink(EmbeddedLink.UNWATCHED, LinkObserver.NONE);
        links.add(made);
        return made;
    }

    /** The dial that is under way fails. */
    void refuse() {
        dials.remove().onFailure(new Failure.Unreachable("nobody listens"));
    }

    /** Accepts, and answers the first ping. */
    EmbeddedLink acceptAndAnswer() {
        EmbeddedLink accepted = accept();
        answerPing(accepted);
        return accepted;
    }

    static void answerPing(EmbeddedLink link) {
        String ping = link.sent();
        if (!BasePeer.text(ping, "type").equals("ping")) {
            throw new AssertionError("no ping but " + ping);
        }
        link.receive("pong", BasePeer.text(ping, "id"), "{}");
    }

    /** The id of the configuration that the link was sent just now, of this revision. */
    static String update(EmbeddedLink link, long revision) {
        String update = link.sent();
        String id = BasePeer.text(update, "id");
        if (!id.startsWith("config-" + revision + "-")) {
            throw new AssertionError("no configuration " + revision + " but " + update);
        }
        return id;
    }

    void pass(Duration time) {
        for (long left = time.toMillis(); left > 0; left -= STEP.toMillis()) {
            channel.advanceTimeBy(Math.min(left, STEP.toMillis()), TimeUnit.MILLISECONDS);
            channel.runPendingTasks();
            links.forEach(each -> each.advance(STEP));
        }
    }

    /** This process stands still for so long, and then goes on. */
    void stall(Duration time) {
        channel.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @Override
    public void close() {
        if (link != null) {
            link.stop("the test ends");
        }
        links.forEach(EmbeddedLink::close);
        channel.finishAndReleaseAll();
    }
}
