package dev.culvert.daemon.reach;

import dev.culvert.daemon.config.ReachSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.daemon.fleet.Presence;
import dev.culvert.daemon.reach.TunnelObserver.Side;
import dev.culvert.frame.Frame;
import dev.culvert.io.Quoted;
import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.Failure;
import dev.culvert.link.Feature;
import dev.culvert.link.Lane;
import dev.culvert.link.Patience;
import dev.culvert.link.ReplyListener;
import dev.culvert.road.Road;
import dev.culvert.transport.Transport;
import dev.culvert.tunnel.BadTunnelException;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.RecordHandler;
import dev.culvert.tunnel.StreamLimits;
import dev.culvert.tunnel.TunnelAnswer;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelOpening;
import dev.culvert.tunnel.TunnelRefusal;
import dev.culvert.tunnel.TunnelRefusal.Code;
import dev.culvert.tunnel.TunnelRequest;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens tunnels to ports of agents. Safe for all threads. */
public final class Tunnels {
    /** A quarter of what all tunnels together may come to keep, with both directions stalled. */
    private static final int BUDGET_BYTES = 32 << 20;

    /** Whoever asks whether a port is allowed waits for that only. */
    private static final Duration TO_SAY = Duration.ofSeconds(2);

    /** What the settings say about one tunnel. */
    interface Rule {
        /** By those that are in force; null if they allow it. */
        @Nullable TunnelRefusal refusal();
    }

    private final Supplier<ReachSettings> settings;
    private final Transport transport;
    private final TunnelObserver observer;
    private final RecordHandler.Counter counter;
    private final TunnelCount room = new TunnelCount();
    private final OpenTunnels open;
    private final TunnelArrivals arrivals;
    private final AtomicLong asked = new AtomicLong();

    /**
     * Opens none yet.
     *
     * @param settings asked for at each tunnel
     * @param isThere whether the fleet has the agent; {@link #ofFleet} has to hear of changes
     */
    public Tunnels(
            Supplier<ReachSettings> settings,
            Transport transport,
            TunnelObserver observer,
            Predicate<Agent> isThere) {
        this.settings = settings;
        this.transport = transport;
        this.observer = observer;
        open = new OpenTunnels(isThere);
        counter =
                new RecordHandler.Counter() {
                    @Override
                    public void onReceived(int bytes) {
                        observer.onReceived(bytes);
                    }

                    @Override
                    public void onSent(int bytes) {
                        observer.onSent(bytes);
                    }
                };
        arrivals = new TunnelArrivals(this::limits, counter);
    }

    /**
     * Opens a tunnel to a port of the agent's VM, and tells {@code listener} on {@code loop}. The
     * caller has checked that whoever asks may see the agent. Called on {@code loop}.
     */
    public void open(Agent agent, Destination.Port to, EventLoop loop, TunnelListener listener) {
        open(agent, to, () -> refusal(agent, to), loop, listener);
    }

    /**
     * Asks the agent to open a port of its VM until the tunnel closes, which carries no bytes, and
     * tells {@code listener} on {@code loop}. Called on {@code loop}.
     *
     * @param rule whether it may lead where it does
     */
    void listen(
            Agent agent,
            Destination.Listen port,
            Rule rule,
            EventLoop loop,
            TunnelListener listener) {
        open(agent, port, rule, loop, listener);
    }

    private void open(
            Agent agent, Destination to, Rule rule, EventLoop loop, TunnelListener listener) {
        ReachSettings now = settings.get();
        TunnelRefusal refusal = rule.refusal();
        if (refusal == null) {
            refusal = refusal(agent);
        }
        TunnelCount.Place place = TunnelCount.Place.of(agent, Side.HOST);
        if (refusal == null) {
            refusal = room.enter(place, now);
        }
        if (refusal != null) {
            observer.onRefused(Side.HOST, refusal.code());
            listener.onRefused(refusal);
            return;
        }
        go(agent, to, now.timeout(), loop, new CountedListener(agent, rule, place, listener));
    }

    private void go(
            Agent agent,
            Destination to,
            Duration patience,
            EventLoop loop,
            TunnelListener listener) {
        switch (agent.road()) {
            case Road.Dialled road -> dial(road, TunnelRequest.to(to), patience, loop, listener);
            case Road.Incoming road -> ask(road, to, patience, loop, listener);
        }
    }

    /**
     * Finds out whether both ends allow that port, without connecting to it. Tells {@code listener}
     * on {@code loop} why they do not; nothing if they do, or if the agent is away or does not say.
     * Called on {@code loop}.
     */
    public void ask(
            Agent agent,
            Destination.Port port,
            EventLoop loop,
            Consumer<Optional<TunnelRefusal>> listener) {
        ReachSettings now = settings.get();
        TunnelCount.Place place = TunnelCount.Place.of(agent, Side.HOST);
        TunnelRefusal ours = refusal(agent, port);
        if (ours != null || refusal(agent) != null || room.enter(place, now) != null) {
            listener.accept(Optional.ofNullable(ours));
            return;
        }
        Duration patience = now.timeout().compareTo(TO_SAY) < 0 ? now.timeout() : TO_SAY;
        go(
                agent,
                new Destination.Ask(port.number()),
                patience,
                loop,
                new TunnelListener() {
                    @Override
                    public void onOpen(Channel tunnel) {
                        tunnel.close(); // nobody wanted one
                        room.leave(place);
                        listener.accept(Optional.empty());
                    }

                    @Override
                    public void onRefused(TunnelRefusal said) {
                        room.leave(place);
                        listener.accept(
                                Optional.of(said).filter(it -> it.code() == Code.NOT_ALLOWED));
                    }
                });
    }

    /** Why the settings allow nobody to reach that port; null if they do not say so. */
    public @Nullable TunnelRefusal refusal(Agent agent, Destination.Port to) {
        if (!settings.get().allows(agent.tenant(), agent.id(), to.number())) {
            return Code.NOT_ALLOWED.because(
                    "The daemon does not let anybody reach "
                            + to
                            + " of the agent "
                            + agent.id()
                            + ": a rule in reach.ports can allow it.");
        }
        return null;
    }

    private static @Nullable TunnelRefusal refusal(Agent agent) {
        Presence presence = agent.presence();
        if (presence.state() == AgentState.UNREACHABLE || presence.lastHeard() == null) {
            String error = presence.lastError();
            return Code.AGENT_AWAY.because(
                    "The agent "
                            + agent.id()
                            + " cannot be reached"
                            + (error == null ? "." : ": " + error));
        }
        if (!presence.said().features().contains(Feature.TUNNEL)) {
            return Code.NO_TUNNELS.because(
                    "The agent "
                            + agent.id()
                            + " takes no tunnels: its culvert-agent is older than they are, or"
                            + " another program.");
        }
        return null;
    }

    /** Opens a connection to the agent and begins it with that. Called on {@code loop}. */
    void dial(Road.Dialled road, TunnelRequest request, EventLoop loop, TunnelListener listener) {
        dial(road, request, settings.get().timeout(), loop, listener);
    }

    private void dial(
            Road.Dialled road,
            TunnelRequest request,
            Duration patience,
            EventLoop loop,
            TunnelListener listener) {
        TunnelOpening opening =
                new TunnelOpening(
                        request,
                        patience,
                        limits(),
                        new RecordHandler(RecordHandler.Side.HOST, counter),
                        listener);
        transport
                .dial(loop, road.address(), patience, opening.pipeline())
                .addListener((Future<Channel> dialled) -> {
                    if (!dialled.isSuccess()) {
                        opening.fail(
                                Code.AGENT_AWAY.because(
                                        "The agent cannot be reached: "
                                                + Quoted.message(dialled.cause())));
                    }
                });
    }

    /** Asks the agent to open a connection. */
    private void ask(
            Road.Incoming road,
            Destination to,
            Duration patience,
            EventLoop loop,
            TunnelListener listener) {
        TunnelArrivals.Expected expected = arrivals.expect(loop, patience, listener);
        road.link(
                loop,
                Lane.FIRST,
                new DialListener() {
                    @Override
                    public void onLink(AgentLink link) {
                        link.open(
                                TunnelRequest.to(to, expected.ticket())
                                        .frame("tunnel-" + asked.incrementAndGet()),
                                new Asked(expected),
                                Patience.ofSilence(patience));
                    }

                    @Override
                    public void onFailure(Failure failure) {
                        expected.refuse(Code.AGENT_AWAY.because(sentence(failure)));
                    }
                });
    }

    private static String sentence(Failure failure) {
        return "The agent cannot be reached: " + failure.message();
    }

    /** Hears what the agent says to a request over its link; the connection comes by itself. */
    private record Asked(TunnelArrivals.Expected expected) implements ReplyListener {
        @Override
        public void onReply(Frame reply) {
            try {
                if (TunnelAnswer.read(reply) instanceof TunnelAnswer.Refused(TunnelRefusal why)) {
                    expected.refuse(why);
                }
            } catch (BadTunnelException e) {
                expected.refuse(
                        Code.FAILED.because(
                                "The agent's answer is wrong: " + e.getMessage() + "."));
            }
        }

        @Override
        public void onDone() {}

        @Override
        public void onFailure(Failure failure) {
            expected.refuse(
                    failure instanceof Failure.TimedOut
                            ? Code.TIMEOUT.because(sentence(failure))
                            : Code.FAILED.because(sentence(failure)));
        }
    }

    /** Those that agents ask for; called once. */
    public GuestTunnels ofGuests() {
        return new GuestTunnels(this);
    }

    private StreamLimits limits() {
        return StreamLimits.amongst(room.count(), BUDGET_BYTES);
    }

    TunnelCount room() {
        return room;
    }

    TunnelObserver observer() {
        return observer;
    }

    ReachSettings settings() {
        return settings.get();
    }

    /** The connections that agents open for tunnels. */
    public TunnelArrivals arrivals() {
        return arrivals;
    }

    /**
     * There is one tunnel more, until it closes.
     *
     * @param isAllowed whether the settings that are in force allow it
     */
    void opened(Agent agent, TunnelCount.Place place, Channel tunnel, BooleanSupplier isAllowed) {
        observer.onOpened(place.side());
        tunnel.closeFuture().addListener(_ -> room.leave(place));
        open.add(agent, place.tenant(), tunnel, isAllowed);
    }

    /** Closes those of agents that leave the fleet, or their tenant. */
    public FleetListener ofFleet() {
        return open;
    }

    /** Closes those that the settings allow no longer. Called after these have changed. */
    public void checkAll() {
        open.checkAll();
    }

    /** Those that are open, and those that are being opened. */
    public int count() {
        return room.count();
    }

    /** Counts the tunnel that it may become. */
    private final class CountedListener implements TunnelListener {
        private final Agent agent;
        private final Rule rule;
        private final TunnelCount.Place place;
        private final TunnelListener listener;

        CountedListener(Agent agent, Rule rule, TunnelCount.Place place, TunnelListener listener) {
            this.agent = agent;
            this.rule = rule;
            this.place = place;
            this.listener = listener;
        }

        @Override
        public void onOpen(Channel tunnel) {
            opened(agent, place, tunnel, () -> rule.refusal() == null);
            listener.onOpen(tunnel);
        }

        @Override
        public void onRefused(TunnelRefusal refusal) {
            room.leave(place);
            observer.onRefused(Side.HOST, refusal.code());
            listener.onRefused(refusal);
        }
    }
}
