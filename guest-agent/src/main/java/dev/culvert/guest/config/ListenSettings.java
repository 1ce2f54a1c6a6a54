package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.HybridUnix;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Unix;
import dev.culvert.transport.AgentAddress.Vsock;
import java.util.Optional;

/**
 * Where the agent listens, and who may connect.
 *
 * @param isWanted whether it listens at all: an agent that dials in does so only where it is told
 *     to
 * @param acceptFrom who may connect over vsock
 * @param allowUnauthenticated whether the agent may listen on TCP beyond loopback
 */
public record ListenSettings(
        AgentAddress address,
        boolean isWanted,
        AcceptFrom acceptFrom,
        boolean allowUnauthenticated) {
    /** Who may connect over vsock. A process in the VM can dial the VM's own ports, too. */
    public enum AcceptFrom {
        HOST,
        ANY
    }

    public static final ListenSettings DEFAULTS =
            new ListenSettings(new Vsock(Vsock.ANY_CID, 1024), true, AcceptFrom.HOST, false);

    private static final Kind<AgentAddress> ADDRESS =
            Kind.text(
                    "vsock://any:PORT, tcp://HOST:PORT or unix:///PATH",
                    AgentAddress::parseListener);

    public ListenSettings {
        check(address, allowUnauthenticated);
    }

    /**
     * Checks the address of a socket that systemd opened.
     *
     * @throws IllegalArgumentException if the agent must not listen there; the message begins with
     *     the key
     */
    public void check(AgentAddress inherited) {
        check(inherited, allowUnauthenticated);
    }

    private static void check(AgentAddress address, boolean allowUnauthenticated) {
        boolean open =
                switch (address) {
                    case Tcp tcp -> !tcp.isLoopback();
                    case Vsock _, Unix _, HybridUnix _, AgentAddress.Incoming _ -> false;
                };
        Check.that(
                !(address instanceof Tcp tcp && tcp.tls()),
                "listen",
                address,
                "the agent speaks no TLS; use vsock, a Unix socket or tcp://");
        Check.that(
                allowUnauthenticated || !open,
                "listen",
                address,
                "the agent asks for no credentials, so whoever reaches that address controls it;"
                        + " use vsock, a Unix socket or loopback, or accept the risk with"
                        + " --allow-unauthenticated=true");
    }

    /**
     * @param joins whether the agent dials in
     */
    static ListenSettings read(Section in, boolean joins) {
        Optional<AgentAddress> address =
                joins
                        ? in.find("listen", ADDRESS)
                        : Optional.of(in.get("listen", ADDRESS, DEFAULTS.address));
        return new ListenSettings(
                address.orElse(DEFAULTS.address),
                address.isPresent(),
                in.get("accept_from", Kind.choice(AcceptFrom.class), DEFAULTS.acceptFrom),
                in.get("allow_unauthenticated", Kind.BOOLEAN, DEFAULTS.allowUnauthenticated));
    }
}
