package dev.culvert.guest.tunnel;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.tunnel.BadTunnelException;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.TunnelAnswer;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import dev.culvert.tunnel.TunnelRefusal.Code;
import dev.culvert.tunnel.TunnelRequest;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What host and guest say about tunnels over one link. Confined to the event loop. */
public final class LinkTunnels {
    private final HostTunnels tunnels;
    private final Channel link;
    private final boolean isDialled;
    private final Map<String, TunnelWait> asked = new HashMap<>();
    private long lastId;

    /**
     * @param isDialled whether the guest has opened the link
     */
    LinkTunnels(HostTunnels tunnels, Channel link, boolean isDialled) {
        this.tunnels = tunnels;
        this.link = link;
        this.isDialled = isDialled;
    }

    EventLoop loop() {
        return link.eventLoop();
    }

    /** Takes what concerns tunnels. Borrows {@code frame}; false if it does not. */
    public boolean receive(Frame frame) {
        if (frame.type() == FrameType.TUNNEL) {
            onRequest(frame);
        } else if (frame.type() == FrameType.TUNNELLED) {
            onAnswer(frame);
        } else {
            if (frame.type() == FrameType.PING && frame.isTrue("tunnels")) {
                tunnels.offer(this);
            }
            return false;
        }
        return true;
    }

    /** The host wants a connection to be opened. */
    private void onRequest(Frame frame) {
        String id = frame.id();
        if (id.isEmpty()) {
            return; // it could not be answered
        }
        try {
            TunnelRequest request = TunnelRequest.read(frame);
            Destination to = request.to();
            String ticket = request.ticket();
            if (to == null || ticket == null || !isDialled) {
                refuse(
                        id,
                        Code.INVALID.because(
                                "Over a link, a host asks for something of an agent that dials in,"
                                        + " with a ticket."));
                return;
            }
            connect(id, to, ticket);
        } catch (BadTunnelException e) {
            refuse(
                    id,
                    Code.INVALID.because("The host sent what is wrong: " + e.getMessage() + "."));
        }
    }

    private void connect(String id, Destination to, String ticket) {
        tunnels.connect(
                to,
                new LocalListener() {
                    @Override
                    public void onReady(LocalEnd end) {
                        tunnels.dial(
                                ticket,
                                new TunnelListener() {
                                    @Override
                                    public void onOpen(Channel tunnel) {
                                        answer(id, new TunnelAnswer.Open());
                                        end.onOpen(tunnel);
                                    }

                                    @Override
                                    public void onRefused(TunnelRefusal refusal) {
                                        end.onRefused(refusal);
                                        refuse(id, refusal);
                                    }
                                });
                    }

                    @Override
                    public void onRefused(TunnelRefusal refusal) {
                        refuse(id, refusal);
                    }
                });
    }

    /** Asks the host. */
    void ask(Destination.OnHost to, TunnelWait waiting) {
        String id = "tunnel-" + ++lastId;
        asked.put(id, waiting);
        waiting.whenOver(() -> asked.remove(id)); // a host may never answer
        TunnelRequest request =
                isDialled ? TunnelRequest.to(to) : TunnelRequest.to(to, tunnels.expect(waiting));
        link.write(request.frame(id), link.voidPromise());
    }

    private void onAnswer(Frame frame) {
        TunnelWait waiting = asked.remove(frame.id());
        if (waiting == null || waiting.isOver()) {
            return;
        }
        try {
            switch (TunnelAnswer.read(frame)) {
                case TunnelAnswer.Refused(TunnelRefusal refusal) -> waiting.onRefused(refusal);
                case TunnelAnswer.Ticket(String ticket) -> {
                    if (isDialled) {
                        tunnels.dial(ticket, waiting);
                    } else {
                        waiting.onRefused(Code.FAILED.because("The host's answer is a ticket."));
                    }
                }
                case TunnelAnswer.Open() -> {
                    // The connection comes, or has come.
                }
            }
        } catch (BadTunnelException e) {
            waiting.onRefused(
                    Code.FAILED.because("The host's answer is wrong: " + e.getMessage() + "."));
        }
    }

    private void refuse(String id, TunnelRefusal refusal) {
        answer(id, new TunnelAnswer.Refused(refusal));
    }

    private void answer(String id, TunnelAnswer answer) {
        if (link.isActive()) {
            link.write(answer.frame(id), link.voidPromise());
        }
    }

    /** The link is gone. */
    public void onClosed() {
        tunnels.withdraw(this);
        List<TunnelWait> waiting = List.copyOf(asked.values());
        asked.clear();
        waiting.forEach(it -> it.onRefused(Code.FAILED.because("The link to the host was lost.")));
    }
}
