package dev.culvert.daemon.auth;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.HybridUnix;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Unix;
import dev.culvert.transport.AgentAddress.Vsock;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Whether the daemon may listen on an address while it has no credentials to ask for. */
public sealed interface ListenerPolicy {

    record Allowed() implements ListenerPolicy {}

    /** Allowed because the configuration insists; the warning is logged at every start. */
    record AllowedWithWarning(String warning) implements ListenerPolicy {}

    record Refused(String reason) implements ListenerPolicy {}

    /** Looks a host name up, and blocks for it. */
    static ListenerPolicy of(AgentAddress address, HttpSettings settings) {
        return switch (address) {
            case Unix _ -> new Allowed();
            case Tcp tcp when isLoopback(tcp.host()) -> new Allowed();
            case Tcp _ when settings.allowUnauthenticated() ->
                    new AllowedWithWarning(
                            address
                                    + " is open to everyone who can reach it: there are no credentials, and http.allow_unauthenticated is set");
            case Tcp _ ->
                    new Refused(
                            address
                                    + " can be reached from other machines and there are no credentials: listen on tcp://127.0.0.1:PORT, tcp://[::1]:PORT or unix:///PATH, or set http.allow_unauthenticated");
            case Vsock _, HybridUnix _ ->
                    new Refused(
                            address
                                    + " is no address for HTTP: listen on tcp://HOST:PORT or unix:///PATH");
        };
    }

    /** A name counts when every address behind it is loopback; one that nobody knows does not. */
    private static boolean isLoopback(String host) {
        try {
            return Arrays.stream(InetAddress.getAllByName(host))
                    .allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
