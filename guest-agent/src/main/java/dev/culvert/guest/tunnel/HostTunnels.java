package dev.culvert.guest.tunnel;

import dev.culvert.frame.Frame;
import dev.culvert.guest.config.TunnelSettings;
import dev.culvert.tunnel.BadTunnelException;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.RecordHandler;
import dev.culvert.tunnel.StreamLimits;
import dev.culvert.tunnel.Tickets;
import dev.culvert.tunnel.TunnelAnswer;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelOpening;
import dev.culvert.tunnel.TunnelRefusal;
import dev.culvert.tunnel.TunnelRefusal.Code;
import dev.culvert.tunnel.TunnelRequest;
import dev.culvert.tunnel.TunnelStations;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** The tunnels between the guest and its hosts. Confined to the event loop. */
public final class HostTunnels {
    /** For what a host takes to decide, to connect and to answer. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    /** A quarter of what the first tunnels together may come to keep; further ones keep less. */
    private static final int BUDGET_BYTES = 2 << 20;

    private static final int MOST_STREAM_BYTES = 64 << 10;

    private final TunnelCount count;
    private final ForwardedPorts ports;
    private final ReversePorts reverse;
    private final Tickets<TunnelWait> tickets = new Tickets<>();

    /** Those over which a host takes tunnels, the newest first. */
    private final Deque<LinkTunnels> offered = new ArrayDeque<>();

    private HostDialer dialer =
            opening -> opening.fail(Code.FAILED.because("The agent does not dial its host."));

    /** There is no tunnel yet. */
    public HostTunnels(TunnelSettings settings, LocalPorts local) {
        count = new TunnelCount(settings.most());
        ports = new ForwardedPorts(settings, local, this::limits);
        reverse = new ReversePorts(this, settings, local);
    }

    /** Uses it where the guest dials its host. Before the first link. */
    public void dialWith(HostDialer hosts) {
        dialer = hosts;
    }

    /**
     * What a socket of the VM that is to be joined with a tunnel is {@link
     * dev.culvert.tunnel.Relay#prepare given}.
     */
    public StreamLimits limits() {
        StreamLimits part = StreamLimits.amongst(count.open(), BUDGET_BYTES);
        return new StreamLimits(Math.min(part.bytes(), MOST_STREAM_BYTES));
    }

    /** Copies of a virtual machine have the same random state: its tickets differ from here on. */
    public void renew() {
        tickets.renew();
    }

    /** Opens a tunnel to something on the host. Called on the event loop, as is the listener. */
    public void open(Destination.OnHost to, TunnelListener listener) {
        LinkTunnels link = offered.peek();
        if (link == null) {
            listener.onRefused(
                    Code.NO_TUNNELS.because(
                            "No host is connected that takes tunnels of this agent."));
            return;
        }
        TunnelRefusal full = count.enter();
        if (full != null) {
            listener.onRefused(full);
            return;
        }
        link.ask(to, new TunnelWait(link.loop(), PATIENCE, count, listener));
    }

    /** Those over one link, which the guest has opened or accepted. */
    public LinkTunnels over(Channel link, boolean isDialled) {
        return new LinkTunnels(this, link, isDialled);
    }

    /**
     * A host has opened a connection that begins with this. Borrows {@code request}.
     *
     * @param last the station that read it, which comes last, and is removed
     */
    public void onConnection(Channel host, ChannelHandler last, Frame request) {
        host.config().setAutoRead(false);
        String id = request.id();
        try {
            TunnelRequest asked = TunnelRequest.read(request);
            String ticket = asked.ticket();
            if (asked.to() != null) {
                connect(host, last, id, asked.to());
            } else {
                TunnelWait waiting = ticket == null ? null : tickets.take(ticket);
                if (waiting == null) {
                    refuse(
                            host,
                            id,
                            Code.BAD_TICKET.because(
                                    "The ticket is not one of this agent, was used already, or has"
                                            + " expired."));
                } else {
                    begin(host, last, id, waiting);
                }
            }
        } catch (BadTunnelException e) {
            refuse(
                    host,
                    id,
                    Code.INVALID.because("The host sent what is wrong: " + e.getMessage() + "."));
        }
    }

    private void connect(Channel host, ChannelHandler last, String id, Destination to) {
        connect(
                to,
                new LocalListener() {
                    @Override
                    public void onReady(LocalEnd end) {
                        if (host.isActive()) {
                            begin(host, last, id, end);
                        } else {
                            end.channel().close();
                        }
                    }

                    @Override
                    public void onRefused(TunnelRefusal refusal) {
                        refuse(host, id, refusal);
                    }
                });
    }

    /** Counts it as a tunnel until its end in the VM closes, or there is none. */
    void connect(Destination to, LocalListener listener) {
        if (to instanceof Destination.Ask ask) {
            ports.ask(ask, listener);
            return;
        }
        TunnelRefusal full = count.enter();
        if (full != null) {
            listener.onRefused(full);
            return;
        }
        LocalListener counted =
                new LocalListener() {
                    @Override
                    public void onReady(LocalEnd end) {
                        end.channel().closeFuture().addListener(_ -> count.leave());
                        listener.onReady(end);
                    }

                    @Override
                    public void onRefused(TunnelRefusal refusal) {
                        count.leave();
                        listener.onRefused(refusal);
                    }
                };
        switch (to) {
            case Destination.Port port -> ports.connect(port, counted);
            case Destination.Listen port -> reverse.open(port, counted);
            case Destination.Ask _, Destination.OnHost _ ->
                    counted.onRefused(
                            Code.NOT_ALLOWED.because(
                                    "The agent has ports of its VM for hosts, and nothing else."));
        }
    }

    private void begin(Channel host, ChannelHandler last, String id, TunnelListener listener) {
        host.writeAndFlush(new TunnelAnswer.Open().frame(id), host.voidPromise());
        TunnelStations.open(host, last, limits(), records(), listener);
    }

    private static void refuse(Channel host, String id, TunnelRefusal refusal) {
        host.writeAndFlush(new TunnelAnswer.Refused(refusal).frame(id))
                .addListener(ChannelFutureListener.CLOSE);
    }

    private static RecordHandler records() {
        return new RecordHandler(RecordHandler.Side.GUEST, RecordHandler.Counter.NONE);
    }

    /** Opens a connection to the host that begins with the ticket. */
    void dial(String ticket, TunnelListener listener) {
        dialer.dial(
                new TunnelOpening(
                        TunnelRequest.with(ticket), PATIENCE, limits(), records(), listener));
    }

    /** A ticket for a connection that the host opens. */
    String expect(TunnelWait waiting) {
        String ticket = tickets.issue(waiting);
        waiting.whenOver(() -> tickets.withdraw(ticket));
        return ticket;
    }

    void offer(LinkTunnels link) {
        offered.remove(link);
        offered.push(link);
    }

    void withdraw(LinkTunnels link) {
        offered.remove(link);
    }
}
