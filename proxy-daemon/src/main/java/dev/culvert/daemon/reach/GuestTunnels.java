package dev.culvert.daemon.reach;

import dev.culvert.daemon.config.ReachSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.reach.TunnelObserver.Side;
import dev.culvert.frame.Frame;
import dev.culvert.link.AgentLink;
import dev.culvert.link.PeerRequests;
import dev.culvert.road.Road;
import dev.culvert.tunnel.BadTunnelException;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.TunnelAnswer;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import dev.culvert.tunnel.TunnelRefusal.Code;
import dev.culvert.tunnel.TunnelRequest;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tunnels that agents ask for, to what the host offers them. Safe for all threads. */
public final class GuestTunnels {
    private static final Logger LOG = LoggerFactory.getLogger(GuestTunnels.class);

    /** Decides about tunnels of one kind. */
    public interface Handler {
        /**
         * The agent asks for this. Calls one method of {@code offer}, once, now or later and on any
         * thread; one that never does leaves the agent without an answer. Called on the event loop
         * of the agent's link.
         */
        void onRequest(Agent agent, Destination.OnHost to, Offer offer);
    }

    /** What a handler answers. */
    public interface Offer {
        /**
         * There is to be a tunnel: gets it, and tells {@code listener} on {@code loop}.
         *
         * @param isAllowed whether the settings that are in force allow it; the tunnel is closed
         *     when they do so no longer
         */
        void open(EventLoop loop, BooleanSupplier isAllowed, TunnelListener listener);

        /** There is none. */
        void refuse(TunnelRefusal refusal);
    }

    private final Tunnels tunnels;
    private final Map<String, Handler> handlers = new ConcurrentHashMap<>();

    /** Serves nothing yet. */
    GuestTunnels(Tunnels tunnels) {
        this.tunnels = tunnels;
    }

    /**
     * Lets {@code handler} decide about one kind, instead of whoever did.
     *
     * @param kind as {@link Destination#kind} says it
     */
    public void serve(String kind, Handler handler) {
        handlers.put(kind, handler);
    }

    /** What serves the agent on its home link. */
    public PeerRequests of(Agent agent, AgentLink link) {
        return request -> onRequest(agent, link, request);
    }

    private void onRequest(Agent agent, AgentLink link, Frame request) {
        Answer answer = new Answer(agent, link, request.id());
        if (request.id().isEmpty()) {
            return; // it could not be answered
        }
        TunnelRequest asked;
        try {
            asked = TunnelRequest.read(request);
        } catch (BadTunnelException e) {
            answer.refuse(
                    Code.INVALID.because("The agent sent what is wrong: " + e.getMessage() + "."));
            return;
        }
        boolean dialled = agent.road().isDialled();
        if (!(asked.to() instanceof Destination.OnHost to) || dialled != (asked.ticket() != null)) {
            answer.refuse(
                    Code.INVALID.because(
                            "An agent asks for something on the host, and gives a ticket if the"
                                    + " host dials it."));
            return;
        }
        Handler handler = handlers.get(to.kind());
        if (handler == null) {
            answer.refuse(
                    Code.NOT_ALLOWED.because(
                            "The daemon offers nothing of the kind '"
                                    + to.kind()
                                    + "' to agents."));
            return;
        }
        ReachSettings settings = tunnels.settings();
        TunnelRefusal full = tunnels.room().enter(answer.place, settings);
        if (full != null) {
            answer.refuse(full);
            return;
        }
        answer.entered = true;
        answer.ticket = asked.ticket();
        try {
            handler.onRequest(agent, to, answer);
        } catch (RuntimeException e) {
            LOG.error("a tunnel of the agent {} to {} failed", agent.id(), to, e);
            answer.refuse(Code.FAILED.because("The daemon failed: its log says more."));
        }
    }

    /** Answers the agent once, and counts. */
    private final class Answer implements Offer {
        private final Agent agent;
        private final AgentLink link;
        private final String id;
        private final TunnelCount.Place place;
        private final AtomicBoolean decided = new AtomicBoolean();
        private boolean entered;
        private @Nullable String ticket;

        Answer(Agent agent, AgentLink link, String id) {
            this.agent = agent;
            this.link = link;
            this.id = id;
            place = TunnelCount.Place.of(agent, Side.GUEST);
        }

        @Override
        public void refuse(TunnelRefusal refusal) {
            if (decided.compareAndSet(false, true)) {
                ended(refusal);
            }
        }

        private void ended(TunnelRefusal refusal) {
            if (entered) {
                tunnels.room().leave(place);
            }
            tunnels.observer().onRefused(Side.GUEST, refusal.code());
            send(new TunnelAnswer.Refused(refusal));
        }

        @Override
        public void open(EventLoop loop, BooleanSupplier isAllowed, TunnelListener listener) {
            if (!decided.compareAndSet(false, true)) {
                throw new IllegalStateException("the agent has its answer");
            }
            if (loop.inEventLoop()) {
                openHere(loop, isAllowed, listener);
            } else {
                loop.execute(() -> openHere(loop, isAllowed, listener));
            }
        }

        private void openHere(EventLoop loop, BooleanSupplier isAllowed, TunnelListener listener) {
            String its = ticket;
            if (its != null && agent.road() instanceof Road.Dialled road) {
                tunnels.dial(
                        road,
                        TunnelRequest.with(its),
                        loop,
                        new TunnelListener() {
                            @Override
                            public void onOpen(Channel tunnel) {
                                send(new TunnelAnswer.Open());
                                opened(tunnel, isAllowed, listener);
                            }

                            @Override
                            public void onRefused(TunnelRefusal refusal) {
                                ended(refusal);
                                listener.onRefused(refusal);
                            }
                        });
                return;
            }
            TunnelArrivals.Expected expected =
                    tunnels.arrivals()
                            .expect(
                                    loop,
                                    tunnels.settings().timeout(),
                                    new TunnelListener() {
                                        @Override
                                        public void onOpen(Channel tunnel) {
                                            opened(tunnel, isAllowed, listener);
                                        }

                                        @Override
                                        public void onRefused(TunnelRefusal refusal) {
                                            tunnels.room().leave(place);
                                            tunnels.observer()
                                                    .onRefused(Side.GUEST, refusal.code());
                                            listener.onRefused(refusal);
                                        }
                                    });
            send(new TunnelAnswer.Ticket(expected.ticket()));
        }

        private void opened(Channel tunnel, BooleanSupplier isAllowed, TunnelListener listener) {
            tunnels.opened(agent, place, tunnel, isAllowed);
            listener.onOpen(tunnel);
        }

        private void send(TunnelAnswer answer) {
            EventLoop its = link.eventLoop();
            if (its.inEventLoop()) {
                link.answer(answer.frame(id));
            } else {
                its.execute(() -> link.answer(answer.frame(id)));
            }
        }
    }
}
