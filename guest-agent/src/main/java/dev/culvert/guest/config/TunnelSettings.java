package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.tunnel.PortList;
import java.time.Duration;

/**
 * What hosts may connect to and open in the VM.
 *
 * @param ports of the loopback address; none but these
 * @param reversePorts of the loopback address that hosts may open for programs in the VM
 * @param most tunnels at once, in both directions
 * @param timeout for the port to accept a connection
 */
public record TunnelSettings(PortList ports, PortList reversePorts, int most, Duration timeout) {
    public static final TunnelSettings DEFAULTS =
            new TunnelSettings(PortList.NONE, PortList.NONE, 256, Duration.ofSeconds(5));

    /** What Firecracker allows a VM, links included. */
    private static final int MOST = 1_023;

    private static final Kind<PortList> PORTS = Kind.text(PortList.TAKES, PortList::parse);

    public TunnelSettings {
        Check.between("max_tunnels", most, 0, MOST);
        Check.positive("tunnel_timeout", timeout);
    }

    static TunnelSettings read(Section in) {
        return new TunnelSettings(
                in.get("forward_ports", PORTS, DEFAULTS.ports),
                in.get("reverse_ports", PORTS, DEFAULTS.reversePorts),
                in.get("max_tunnels", Kind.INT, DEFAULTS.most),
                in.get("tunnel_timeout", Kind.DURATION, DEFAULTS.timeout));
    }
}
