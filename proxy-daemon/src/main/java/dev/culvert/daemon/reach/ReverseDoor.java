package dev.culvert.daemon.reach;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.io.Quoted;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.Transport;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.Destination.Reverse;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Ports of agents that lead to services of the host's side. An agent reaches a service only if the
 * settings list it, and only while somebody has a port of that agent open for it. Safe for all
 * threads.
 */
public final class ReverseDoor implements GuestTunnels.Handler {
    /** The kind of tunnels that it connects. */
    public static final String KIND = "reverse";

    private static final Duration CONNECT = Duration.ofSeconds(8);

    private final Tunnels tunnels;
    private final Transport transport;
    private final EventLoopGroup loops;
    private final Map<Way, Open> open = new ConcurrentHashMap<>();
    private final AtomicInteger ports = new AtomicInteger();

    /** What may be reached by whom while a port is open for it. */
    private record Way(Agent agent, Reverse service) {}

    /** How many ports lead there, and the connections that came over them. */
    private static final class Open {
        private int ports;
        private final Set<Channel> connections = ConcurrentHashMap.newKeySet();
    }

    /** Nothing is open yet. */
    public ReverseDoor(Tunnels tunnels, Transport transport, EventLoopGroup loops) {
        this.tunnels = tunnels;
        this.transport = transport;
        this.loops = loops;
    }

    /** How many ports of agents are open, or being opened. */
    public int ports() {
        return ports.get();
    }

    /**
     * Opens a port in the agent's VM, until the tunnel that {@code listener} gets closes; with it
     * end the connections that came over the port. The caller has checked that whoever asks may see
     * the agent. Called on {@code loop}.
     */
    public void open(
            Agent agent, Destination.Listen port, EventLoop loop, TunnelListener listener) {
        Way way = new Way(agent, port.service());
        begin(way); // a program in the VM may connect before the agent's answer is here
        tunnels.listen(
                agent,
                port,
                () -> refusal(way),
                loop,
                new TunnelListener() {
                    @Override
                    public void onOpen(Channel tunnel) {
                        tunnel.closeFuture().addListener(_ -> end(way));
                        listener.onOpen(tunnel);
                    }

                    @Override
                    public void onRefused(TunnelRefusal refusal) {
                        end(way);
                        listener.onRefused(refusal);
                    }
                });
    }

    private @Nullable TunnelRefusal refusal(Way way) {
        Agent agent = way.agent();
        if (tunnels.settings().allows(agent.tenant(), agent.id(), way.service())) {
            return null;
        }
        return Code.NOT_ALLOWED.because(
                "The daemon does not let the agent %s reach %s: a rule in reach.services can allow it."
                        .formatted(agent.id(), way.service()));
    }

    private void begin(Way way) {
        ports.incrementAndGet();
        open.compute(
                way,
                (_, now) -> {
                    Open next = now == null ? new Open() : now;
                    next.ports++;
                    return next;
                });
    }

    private void end(Way way) {
        ports.decrementAndGet();
        List<Channel> cut = new ArrayList<>();
        open.computeIfPresent(
                way,
                (_, now) -> {
                    if (--now.ports > 0) {
                        return now;
                    }
                    cut.addAll(now.connections);
                    return null;
                });
        cut.forEach(Channel::close);
    }

    @Override
    public void onRequest(Agent agent, Destination.OnHost to, GuestTunnels.Offer offer) {
        if (!(to instanceof Reverse service)) {
            offer.refuse(Code.INVALID.because("The destination is no service of the host."));
            return;
        }
        Way way = new Way(agent, service);
        TunnelRefusal refusal = refusal(way);
        if (refusal == null && !open.containsKey(way)) {
            refusal =
                    Code.NOT_ALLOWED.because(
                            "No port of the agent %s leads to %s now: culvert reverse opens one."
                                    .formatted(agent.id(), service));
        }
        if (refusal != null) {
            offer.refuse(refusal);
            return;
        }
        EventLoop loop = loops.next();
        AgentAddress address = new AgentAddress.Tcp(service.host(), service.port());
        transport
                .dial(
                        loop,
                        address,
                        CONNECT,
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                Relay.prepare(channel, StreamLimits.DEFAULTS);
                            }
                        })
                .addListener((Future<Channel> dialled) -> {
                    if (dialled.isSuccess()) {
                        join(way, dialled.getNow(), loop, offer);
                    } else {
                        offer.refuse(
                                Code.NO_LISTENER.because(
                                        "The host cannot connect to the service: "
                                                + Quoted.message(dialled.cause())
                                                + "."));
                    }
                });
    }

    private void join(Way way, Channel socket, EventLoop loop, GuestTunnels.Offer offer) {
        Open still =
                open.computeIfPresent(
                        way,
                        (_, now) -> {
                            now.connections.add(socket);
                            return now;
                        });
        if (still == null) {
            socket.close();
            offer.refuse(Code.FAILED.because("The port was closed meanwhile."));
            return;
        }
        socket.closeFuture().addListener(_ -> still.connections.remove(socket));
        offer.open(
                loop,
                () -> refusal(way) == null,
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
}
