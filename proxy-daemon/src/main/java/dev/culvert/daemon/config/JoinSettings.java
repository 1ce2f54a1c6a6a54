package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.HybridUnix;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Unix;
import java.time.Duration;
import java.util.List;

/**
 * The section {@code join}: how agents dial in, besides WebSockets at the addresses of clients.
 *
 * @param listen {@code tcp://}, {@code tls://}, {@code unix://} or {@code vsock://} addresses; that
 *     of a VM behind a socket, as {@code unix:///PATH?port=PORT}, stands for the socket {@code
 *     PATH_PORT}, to which its monitor connects for a guest
 * @param handshakeTimeout from the handshake's start until the agent has proved who it is
 * @param maxHandshakes connections at once of which nobody knows yet whose they are
 * @param maxPerSecond handshakes that begin within a second; others wait for their turn
 */
public record JoinSettings(
        List<AgentAddress> listen, Duration handshakeTimeout, int maxHandshakes, int maxPerSecond) {
    public static final JoinSettings DEFAULTS =
            new JoinSettings(List.of(), Duration.ofSeconds(10), 10_000, 200);

    public JoinSettings {
        listen = listen.stream().map(JoinSettings::socketOf).toList();
        Check.positive("handshake_timeout", handshakeTimeout);
        Check.atLeast("max_handshakes", maxHandshakes, 1);
        Check.between("max_per_second", maxPerSecond, 1, 1_000_000);
    }

    private static AgentAddress socketOf(AgentAddress address) {
        return address instanceof HybridUnix vm
                ? new Unix(vm.path() + "_" + Integer.toUnsignedString(vm.port()))
                : address;
    }

    /** Checks what another section has to provide. */
    void check(TlsSettings tls) {
        for (int index = 0; index < listen.size(); index++) {
            Check.that(
                    tls.cert().isPresent() || !(listen.get(index) instanceof Tcp tcp && tcp.tls()),
                    "join.listen[" + index + "]",
                    listen.get(index),
                    "TLS needs a certificate: set http.tls.cert and http.tls.key");
        }
    }

    static JoinSettings read(Section in) {
        return new JoinSettings(
                in.list("listen", DaemonSettings.LISTENER, DEFAULTS.listen),
                in.get("handshake_timeout", Kind.DURATION, DEFAULTS.handshakeTimeout),
                in.get("max_handshakes", Kind.INT, DEFAULTS.maxHandshakes),
                in.get("max_per_second", Kind.INT, DEFAULTS.maxPerSecond));
    }
}
