package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.HybridUnix;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Unix;
import dev.culvert.transport.AgentAddress.Vsock;

/**
 * Who may connect, and where.
 *
 * @param address where the host reaches the agent
 * @param acceptFrom who may connect, on vsock
 * @param allowUnauthenticated whether it may listen where the whole network reaches it
 */
public record ListenSettings(
        AgentAddress address, AcceptFrom acceptFrom, boolean allowUnauthenticated) {
    /** Who may connect: every process in the VM can dial a vsock port of its own machine too. */
    public enum AcceptFrom {
        HOST,
        ANY
    }

    public static final ListenSettings DEFAULTS =
            new ListenSettings(new Vsock(Vsock.ANY_CID, 1024), AcceptFrom.HOST, false);

    private static final Kind<AgentAddress> ADDRESS =
            Kind.text(
                    "vsock://any:PORT, tcp://HOST:PORT or unix:///PATH",
                    AgentAddress::parseListener);

    public ListenSettings {
        check(address, allowUnauthenticated);
    }

    /**
     * For a socket that came from systemd: the same holds for it.
     *
     * @throws IllegalArgumentException a sentence that begins with the key, when hosts must not be
     *     let in there
     */
    public void check(AgentAddress inherited) {
        check(inherited, allowUnauthenticated);
    }

    private static void check(AgentAddress address, boolean allowUnauthenticated) {
        boolean open =
                switch (address) {
                    case Tcp tcp -> !tcp.isLoopback();
                    case Vsock _, Unix _, HybridUnix _ -> false;
                };
        Check.that(
                allowUnauthenticated || !open,
                "listen",
                address,
                "as there are no credentials, it must be vsock, a Unix socket or loopback, or"
                        + " whoever reaches it commands the agent; --allow-unauthenticated=true takes"
                        + " that risk");
    }

    static ListenSettings read(Section in) {
        return new ListenSettings(
                in.get("listen", ADDRESS, DEFAULTS.address),
                in.get("accept_from", Kind.choice(AcceptFrom.class), DEFAULTS.acceptFrom),
                in.get("allow_unauthenticated", Kind.BOOLEAN, DEFAULTS.allowUnauthenticated));
    }
}
