package dev.culvert.guest.outside;

import dev.culvert.tunnel.Destination.Egress;
import dev.culvert.tunnel.Destination.Place;
import java.util.Locale;
import java.util.Set;

/** The head of a request to a proxy. */
sealed interface ProxyRequest {
    /** Where it is to go. */
    Egress to();

    /** {@code CONNECT HOST:PORT}: bytes pass in both directions. */
    record Connect(Egress to) implements ProxyRequest {}

    /**
     * A request with an absolute target, {@code http://HOST[:PORT]/PATH}.
     *
     * @param head what the server gets instead: it is asked to close the connection after its
     *     answer, so that no other request follows there
     */
    record Absolute(Egress to, String head) implements ProxyRequest {}

    String BAD = "400 Bad Request";

    /**
     * Reads a head.
     *
     * @param head all lines, each with its end, but the empty line
     * @throws BadProxyRequestException for anything else
     */
    static ProxyRequest read(String head) throws BadProxyRequestException {
        String[] lines = head.split("\r?\n", -1);
        String[] parts = lines[0].split(" ", -1);
        if (parts.length != 3 || !parts[2].matches("HTTP/1\\.[01]")) {
            throw new BadProxyRequestException(
                    BAD, "The request does not begin as one of HTTP/1.1 does.");
        }
        if (parts[0].equals("CONNECT")) {
            return new Connect(place(parts[1]));
        }
        String target = parts[1];
        if (target.length() < 7 || !target.substring(0, 7).equalsIgnoreCase("http://")) {
            throw new BadProxyRequestException(
                    BAD,
                    "This is a proxy: it takes CONNECT HOST:PORT, and other methods with a target"
                            + " that begins with http://.");
        }
        int slash = target.indexOf('/', 7);
        int query = target.indexOf('?', 7);
        int end = slash < 0 ? (query < 0 ? target.length() : query) : slash;
        if (query >= 0 && query < end) {
            end = query;
        }
        String authority = target.substring(7, end);
        String path = target.substring(end);
        Egress to = place(hasPort(authority) ? authority : authority + ":80");
        return new Absolute(
                to,
                "%s %s HTTP/1.1\r\nhost: %s\r\n%sconnection: close\r\n\r\n"
                        .formatted(
                                parts[0],
                                path.startsWith("/") ? path : "/" + path,
                                authority,
                                passed(lines)));
    }

    private static boolean hasPort(String authority) {
        return authority.lastIndexOf(':') > authority.lastIndexOf(']');
    }

    private static Egress place(String text) throws BadProxyRequestException {
        try {
            Place place = Place.parse(text);
            return new Egress(place.host(), place.port());
        } catch (IllegalArgumentException e) {
            throw new BadProxyRequestException(BAD, "The target is wrong: " + e.getMessage() + ".");
        }
    }

    /** The headers that are the server's business. */
    private static String passed(String[] lines) throws BadProxyRequestException {
        StringBuilder passed = new StringBuilder();
        for (int i = 1; i < lines.length; i++) {
            String line = lines[i];
            if (line.isEmpty()) {
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 1 || !line.substring(0, colon).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
                throw new BadProxyRequestException(BAD, "A line of the head is no header.");
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            if (!name.startsWith("proxy-") && !Hops.OWN.contains(name)) {
                passed.append(line).append("\r\n");
            }
        }
        return passed.toString();
    }

    /** Headers of one connection. */
    final class Hops {
        static final Set<String> OWN = Set.of("host", "connection", "keep-alive", "te", "upgrade");

        private Hops() {}
    }
}
