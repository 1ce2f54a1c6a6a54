package dev.culvert.daemon.egress;

import dev.culvert.daemon.config.EgressRule;
import dev.culvert.daemon.egress.EgressObserver.Outcome;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.reach.GuestTunnels;
import dev.culvert.io.Quoted;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.Transport;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.Destination.Egress;
import dev.culvert.tunnel.Relay;
import dev.culvert.tunnel.StreamLimits;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import dev.culvert.tunnel.TunnelRefusal.Code;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Connects tunnels of agents to servers that the rules of the settings list. */
public final class EgressDoor implements GuestTunnels.Handler {
    /** The kind of tunnels that it connects. */
    public static final String KIND = "egress";

    /** For each address of a server. */
    private static final Duration CONNECT = Duration.ofSeconds(8);

    /** For the name of a server. */
    private static final Duration LOOK_UP = Duration.ofSeconds(8);

    private final LookUps lookUps = new LookUps();
    private final Transport transport;
    private final EventLoopGroup loops;
    private final Supplier<List<EgressRule>> rules;
    private final EgressObserver observer;

    /**
     * @param rules those in force
     */
    public EgressDoor(
            Transport transport,
            EventLoopGroup loops,
            Supplier<List<EgressRule>> rules,
            EgressObserver observer) {
        this.transport = transport;
        this.loops = loops;
        this.rules = rules;
        this.observer = observer;
    }

    @Override
    public void onRequest(Agent agent, Destination.OnHost to, GuestTunnels.Offer offer) {
        if (!(to instanceof Egress server)) {
            offer.refuse(Code.INVALID.because("The destination is no server."));
            return;
        }
        String host = server.host().toLowerCase(Locale.ROOT);
        EgressPolicy policy =
                EgressPolicy.of(rules.get(), agent.tenant(), agent.id(), server.port());
        if (!policy.lists(host)) {
            observer.onEnded(Outcome.NOT_ALLOWED);
            offer.refuse(
                    Code.NOT_ALLOWED.because(
                            "The host does not let the agent %s reach %s: it can be added to \"egress\" in the daemon's settings."
                                    .formatted(agent.id(), server)));
            return;
        }
        Attempt attempt = new Attempt(loops.next(), agent, server, host, policy, offer);
        attempt.loop.execute(attempt::resolve);
    }

    /**
     * An address of a server.
     *
     * @param needsRule whether a rule lists this very address, because names are not enough for it
     */
    private record Found(InetAddress address, boolean needsRule) {}

    /** One connection that an agent wants. Confined to its event loop. */
    private final class Attempt {
        private final EventLoop loop;
        private final Agent agent;
        private final Egress server;
        private final String host;
        private final EgressPolicy policy;
        private final GuestTunnels.Offer offer;
        private boolean found;

        Attempt(
                EventLoop loop,
                Agent agent,
                Egress server,
                String host,
                EgressPolicy policy,
                GuestTunnels.Offer offer) {
            this.loop = loop;
            this.agent = agent;
            this.server = server;
            this.host = host;
            this.policy = policy;
            this.offer = offer;
        }

        void resolve() {
            if (!lookUps.begin(agent.id(), this::lookUp)) {
                observer.onEnded(Outcome.FAILED);
                offer.refuse(
                        Code.TOO_MANY.because(
                                "The host looks up names for agents already, %d for the agent %s or %d for all: try again when these have been found."
                                        .formatted(
                                                LookUps.MOST_OF_AN_AGENT,
                                                agent.id(),
                                                LookUps.MOST)));
                return;
            }
            loop.schedule(
                    () -> failLookUp("its name servers do not answer"),
                    LOOK_UP.toMillis(),
                    TimeUnit.MILLISECONDS);
        }

        /** Blocks. */
        private void lookUp() {
            Runnable next;
            try {
                List<Found> found = new ArrayList<>();
                for (InetAddress each : InetAddress.getAllByName(host)) {
                    if (policy.allows(each)) {
                        found.add(new Found(each, policy.needsRule(each)));
                    }
                }
                next = () -> connect(found);
            } catch (UnknownHostException _) {
                next = () -> failLookUp("its name cannot be resolved on the host");
            }
            try {
                loop.execute(next);
            } catch (RejectedExecutionException _) {
                // the daemon has stopped
            }
        }

        private void failLookUp(String why) {
            if (!found) {
                found = true;
                fail(why);
            }
        }

        private void connect(List<Found> allowed) {
            if (found) {
                return; // too late
            }
            found = true;
            if (allowed.isEmpty()) {
                observer.onEnded(Outcome.NOT_ALLOWED);
                offer.refuse(
                        Code.NOT_ALLOWED.because(
                                "The host does not connect agents to %s, because its address is one of a private network or of the host itself: the address or its network can be added to \"egress\" in the daemon's settings."
                                        .formatted(server)));
            } else {
                dial(allowed, 0);
            }
        }

        private void dial(List<Found> addresses, int which) {
            Tcp address = new Tcp(addresses.get(which).address().getHostAddress(), server.port());
            Future<Channel> dialled =
                    transport.dial(
                            loop,
                            address,
                            CONNECT,
                            new ChannelInitializer<Channel>() {
                                @Override
                                protected void initChannel(Channel channel) {
                                    Relay.prepare(channel, StreamLimits.DEFAULTS);
                                }
                            });
            dialled.addListener(_ -> {
                if (dialled.isSuccess()) {
                    join(dialled.getNow(), addresses.get(which));
                } else if (which + 1 < addresses.size()) {
                    dial(addresses, which + 1);
                } else {
                    fail(Quoted.message(dialled.cause()));
                }
            });
        }

        private void join(Channel socket, Found address) {
            observer.onEnded(Outcome.CONNECTED);
            offer.open(
                    loop,
                    () -> isAllowed(address),
                    new TunnelListener() {
                        @Override
                        public void onOpen(Channel tunnel) {
                            Relay.join(tunnel, socket);
                        }

                        @Override
                        public void onRefused(TunnelRefusal refusal) {
                            socket.close();
                        }
                    });
        }

        /** By the rules that are in force now. */
        private boolean isAllowed(Found to) {
            EgressPolicy now =
                    EgressPolicy.of(rules.get(), agent.tenant(), agent.id(), server.port());
            return now.lists(host) && (!to.needsRule() || now.listsAddress(to.address()));
        }

        private void fail(String why) {
            observer.onEnded(Outcome.FAILED);
            offer.refuse(
                    Code.NO_LISTENER.because(
                            "The host cannot connect to %s: %s.".formatted(server, why)));
        }
    }
}
