package dev.culvert.daemon.http;

import dev.culvert.daemon.config.TrustedProxy;
import dev.culvert.daemon.http.ForwardedReader.Hop;
import dev.culvert.transport.IpAddress;
import dev.culvert.transport.IpNetwork;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which proxies may say who their client is, and what they say. Immutable.
 *
 * <p>Each proxy appends whoever it got the request from. Read from the end, the list is true for as
 * long as the one who wrote an entry is trusted: the first address that is no trusted proxy is the
 * client.
 */
/* A proxy hands on the header that it does not write itself as the client sent it. If both headers
 * come, they must name the same client: otherwise one of them is the client's own invention. */
final class TrustedProxies {
    private static final Set<String> SCHEMES = Set.of("http", "https");
    private static final String UNKNOWN = "unknown";
    private static final char HIDDEN = '_';
    private static final int MAX_HIDDEN_CHARS = 64;

    private final List<IpNetwork> networks = new ArrayList<>();
    private final boolean sockets;

    TrustedProxies(List<TrustedProxy> settings) {
        boolean unix = false;
        for (TrustedProxy proxy : settings) {
            switch (proxy) {
                case TrustedProxy.Network(IpNetwork network) -> networks.add(network);
                case TrustedProxy.LocalSocket _ -> unix = true;
            }
        }
        sockets = unix;
    }

    boolean isEmpty() {
        return networks.isEmpty() && !sockets;
    }

    /**
     * What they say about a request; null if {@code peer} is none of them, or says nothing.
     *
     * @param peer whoever sent the request; no IP address on a Unix socket
     * @throws ProblemException when a header cannot be read, or two contradict each other
     */
    @Nullable Forwarded read(Head head, @Nullable SocketAddress peer) {
        if (!isTrusted(peer)) {
            return null;
        }
        String standard = head.first(Header.FORWARDED);
        String usual = head.first(Header.X_FORWARDED_FOR);
        Hop hop = standard == null ? null : client(ForwardedReader.read(standard));
        Hop usualHop = usual == null ? null : client(hops(usual));
        if (hop != null && usualHop != null && !name(hop).equals(name(usualHop))) {
            throw ProblemException.badRequest(
                    "The headers 'Forwarded' and 'X-Forwarded-For' name different clients: let the"
                            + " proxy in front remove the one that it does not write.");
        }
        Hop found = hop == null ? usualHop : hop;
        String scheme = scheme(hop == null ? null : hop.scheme(), head);
        Authority host = host(hop == null ? null : hop.host(), head);
        if (found == null && scheme == null && host == null) {
            return null;
        }
        return new Forwarded(found == null ? text(peer) : name(found), scheme, host);
    }

    private boolean isTrusted(@Nullable SocketAddress peer) {
        return peer instanceof InetSocketAddress inet
                ? isTrusted(IpAddress.of(inet.getAddress()))
                : sockets;
    }

    private boolean isTrusted(@Nullable IpAddress address) {
        for (IpNetwork network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    private static String text(@Nullable SocketAddress peer) {
        return peer instanceof InetSocketAddress inet
                ? IpAddress.of(inet.getAddress()).toString()
                : TrustedProxy.UNIX;
    }

    /** Null if the list is empty. */
    private @Nullable Hop client(List<Hop> hops) {
        for (Hop hop : hops.reversed()) {
            if (!isTrusted(address(hop.node()))) {
                return hop;
            }
        }
        return hops.isEmpty() ? null : hops.getFirst();
    }

    private static List<Hop> hops(String forwardedFor) {
        String[] nodes = forwardedFor.split(",", -1);
        if (nodes.length > ForwardedReader.MAX_HOPS) {
            throw ProblemException.badRequest(
                    "The 'X-Forwarded-For' header names more than %d proxies."
                            .formatted(ForwardedReader.MAX_HOPS));
        }
        return Arrays.stream(nodes)
                .map(String::strip)
                .filter(node -> !node.isEmpty())
                .map(node -> new Hop(node, null, null))
                .toList();
    }

    private static String name(Hop hop) {
        IpAddress address = address(hop.node());
        if (address != null) {
            return address.toString();
        }
        String node = hop.node();
        return node != null && isHidden(node) ? node : UNKNOWN;
    }

    /** RFC 7239, 6.3: an obfuscated identifier. */
    private static boolean isHidden(String node) {
        return node.length() > 1
                && node.length() <= MAX_HIDDEN_CHARS
                && node.charAt(0) == HIDDEN
                && node.chars()
                        .allMatch(c ->
                                c < 0x80
                                        && (Character.isLetterOrDigit(c) || "._-".indexOf(c) >= 0));
    }

    /** The address in 192.0.2.1, 192.0.2.1:80, 2001:db8::1 or [2001:db8::1]:80; null otherwise. */
    private static @Nullable IpAddress address(@Nullable String node) {
        if (node == null) {
            return null;
        }
        int colon = node.indexOf(':');
        if (node.startsWith("[")) {
            int end = node.indexOf(']');
            boolean whole = end == node.length() - 1 || (end > 0 && node.charAt(end + 1) == ':');
            return whole ? IpAddress.parse(node.substring(1, end)) : null;
        }
        boolean hasPort = colon >= 0 && colon == node.lastIndexOf(':');
        return IpAddress.parse(hasPort ? node.substring(0, colon) : node);
    }

    private static @Nullable String scheme(@Nullable String said, Head head) {
        String scheme = said == null ? last(head.first(Header.X_FORWARDED_PROTO)) : said;
        String lower = scheme == null ? "" : scheme.toLowerCase(Locale.ROOT);
        return SCHEMES.contains(lower) ? lower : null;
    }

    private static @Nullable Authority host(@Nullable String said, Head head) {
        String host = said == null ? last(head.first(Header.X_FORWARDED_HOST)) : said;
        Authority read = host == null ? null : Authority.parse(host);
        if (host != null && read == null) {
            throw ProblemException.badRequest(
                    "The forwarded host is not a host name with an optional port.");
        }
        return read;
    }

    /** What the nearest proxy says. */
    private static @Nullable String last(@Nullable String list) {
        return list == null ? null : list.substring(list.lastIndexOf(',') + 1).strip();
    }
}
