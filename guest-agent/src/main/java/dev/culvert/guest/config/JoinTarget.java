package dev.culvert.guest.config;

import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Vsock;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where the agent dials in.
 *
 * @param address what the connection is opened to
 * @param tls whether TLS is spoken there
 * @param path of the WebSocket; empty for a connection that is none
 */
public record JoinTarget(AgentAddress address, boolean tls, String path) {
    /** Where a daemon takes WebSockets of agents. */
    public static final String PATH = "/api/v1/agents/connect";

    public static final String TAKES =
            "wss://HOST[:PORT][/PATH], ws://HOST[:PORT][/PATH], tls://HOST:PORT, tcp://HOST:PORT,"
                    + " vsock://2:PORT or unix:///PATH";

    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /**
     * Reads what {@link #toString} prints.
     *
     * @throws IllegalArgumentException one sentence: the text, what is wrong with it, what it takes
     */
    static JoinTarget parse(String text) {
        try {
            int end = text.indexOf("://");
            String scheme = text.substring(0, Math.max(0, end)).toLowerCase(Locale.ROOT);
            return switch (scheme) {
                case "ws" -> webSocket(text, false);
                case "wss" -> webSocket(text, true);
                case "tcp", "tls", "vsock", "unix" -> socket(AgentAddress.parseListener(text));
                default ->
                        throw new IllegalArgumentException(
                                "it does not start with wss://, ws://, tls://, tcp://, vsock:// or"
                                        + " unix://");
            };
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"%s\" is not where an agent can dial in: %s; it takes %s"
                            .formatted(text, e.getMessage(), TAKES),
                    e);
        }
    }

    private static JoinTarget socket(AgentAddress address) {
        if (address instanceof Tcp tcp) {
            return new JoinTarget(new Tcp(tcp.host(), dialled(tcp.port())), tcp.tls(), "");
        }
        if (address instanceof Vsock vsock && (vsock.cid() == Vsock.ANY_CID || vsock.port() == 0)) {
            throw new IllegalArgumentException(
                    "the host has the CID 2, and the port is the one at which the daemon listens");
        }
        if (address instanceof AgentAddress.HybridUnix) {
            throw new IllegalArgumentException("in a VM, dial vsock://2:PORT");
        }
        return new JoinTarget(address, false, "");
    }

    private static int dialled(int port) {
        if (port == 0) {
            throw new IllegalArgumentException("the port 0 cannot be dialled");
        }
        return port;
    }

    private static JoinTarget webSocket(String text, boolean tls) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("it is not a URL (" + e.getReason() + ")", e);
        }
        String host = uri.getHost();
        if (host == null
                || uri.getRawUserInfo() != null
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "it has a host, and neither user, query nor fragment");
        }
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        int port = uri.getPort() < 0 ? (tls ? HTTPS : HTTP) : dialled(uri.getPort());
        String path = uri.getRawPath();
        return new JoinTarget(
                new Tcp(bare, port), tls, path == null || path.length() <= 1 ? PATH : path);
    }

    public boolean isWebSocket() {
        return !path.isEmpty();
    }

    /** Whether what is sent can be read on the way. */
    public boolean isExposed() {
        return !tls && address instanceof Tcp tcp && !tcp.isLoopback();
    }

    @Override
    public String toString() {
        if (!(address instanceof Tcp tcp)) {
            return address.toString();
        }
        if (!isWebSocket()) {
            return (tls ? tcp.withTls() : tcp).toString();
        }
        String rest = tcp.toString().substring("tcp://".length());
        return (tls ? "wss://" : "ws://") + rest + (path.equals(PATH) ? "" : path);
    }
}
