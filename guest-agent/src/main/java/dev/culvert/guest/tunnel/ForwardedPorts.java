package dev.culvert.guest.tunnel;

import dev.culvert.guest.config.TunnelSettings;
import dev.culvert.transport.AgentAddress;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.Relay;
import dev.culvert.tunnel.StreamLimits;
import dev.culvert.tunnel.TunnelRefusal;
import dev.culvert.tunnel.TunnelRefusal.Code;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.util.concurrent.Future;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connects hosts to the ports of the VM that are listed. Confined to the event loop. */
final class ForwardedPorts {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardedPorts.class);

    /** Where a service of the VM may listen: some choose only the second. */
    private static final String IPV4 = "127.0.0.1";

    private static final String IPV6 = "::1";

    private final TunnelSettings settings;
    private final LocalPorts dialer;
    private final Supplier<StreamLimits> limits;

    ForwardedPorts(TunnelSettings settings, LocalPorts dialer, Supplier<StreamLimits> limits) {
        this.settings = settings;
        this.dialer = dialer;
        this.limits = limits;
    }

    void connect(Destination.Port port, LocalListener listener) {
        if (settings.ports().contains(port.number())) {
            dial(port, IPV4, listener);
        } else {
            listener.onRefused(notAllowed(port));
        }
    }

    /** Connects to nothing. */
    void ask(Destination.Ask asked, LocalListener listener) {
        listener.onRefused(
                settings.ports().contains(asked.port())
                        ? Code.ALLOWED.because("The agent lets hosts connect there.")
                        : notAllowed(new Destination.Port(asked.port())));
    }

    private TunnelRefusal notAllowed(Destination.Port port) {
        return Code.NOT_ALLOWED.because(
                "The agent does not let hosts connect to "
                        + port
                        + ": it can be added to forward_ports (--forward-ports) of culvert-agent,"
                        + " which has "
                        + (settings.ports().isEmpty() ? "none" : settings.ports())
                        + ".");
    }

    private void dial(Destination.Port to, String address, LocalListener listener) {
        dialer.dial(
                        new AgentAddress.Tcp(address, to.number()),
                        settings.timeout(),
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel local) {
                                Relay.prepare(local, limits.get());
                            }
                        })
                .addListener((Future<Channel> dialled) -> {
                    if (dialled.isSuccess()) {
                        listener.onReady(new LocalEnd.Joined(dialled.getNow()));
                    } else if (address.equals(IPV4)) {
                        dial(to, IPV6, listener);
                    } else {
                        LOG.debug("no tunnel to {}", to, dialled.cause());
                        listener.onRefused(
                                Code.NO_LISTENER.because(
                                        "Nobody accepts connections at "
                                                + to
                                                + " of the agent's VM: start the service there, on"
                                                + " 127.0.0.1 or on all addresses."));
                    }
                });
    }
}
