package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.transport.AgentAddress;

/**
 * The section {@code transport}: how to reach an agent of which only the CID is given.
 *
 * @param byDefault the key {@code default}
 * @param vsockPort where every guest listens
 * @param tcpBasePort CID n is at 127.0.0.1, this port plus n; for development without VMs
 */
public record TransportSettings(Way byDefault, int vsockPort, int tcpBasePort) {
    private static final long FIRST_GUEST = 3;
    private static final long LAST_GUEST = 0xFFFF_FFFEL;

    /** What carries frames. */
    public enum Way {
        VSOCK,
        TCP
    }

    public static final TransportSettings DEFAULTS = new TransportSettings(Way.VSOCK, 1024, 9100);

    public TransportSettings {
        Check.atLeast("vsock_port", vsockPort, 1);
        Check.between("tcp_base_port", tcpBasePort, 0, 65_535 - FIRST_GUEST);
    }

    static TransportSettings read(Section in) {
        return new TransportSettings(
                in.get("default", Kind.choice(Way.class), DEFAULTS.byDefault),
                in.get("vsock_port", Kind.INT, DEFAULTS.vsockPort),
                in.get("tcp_base_port", Kind.INT, DEFAULTS.tcpBasePort));
    }

    /**
     * The address of the agent with that CID.
     *
     * @throws IllegalArgumentException naming {@code cid}, when no guest can have it
     */
    public AgentAddress address(long cid) {
        return switch (byDefault) {
            case VSOCK -> {
                Check.between("cid", cid, FIRST_GUEST, LAST_GUEST);
                yield new AgentAddress.Vsock((int) cid, vsockPort);
            }
            case TCP -> {
                Check.between("cid", cid, FIRST_GUEST, 65_535 - tcpBasePort);
                yield new AgentAddress.Tcp("127.0.0.1", (int) (tcpBasePort + cid));
            }
        };
    }
}
