package dev.culvert.transport;

import dev.culvert.transport.AgentAddress.HybridUnix;
import dev.culvert.transport.AgentAddress.Incoming;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Unix;
import dev.culvert.transport.AgentAddress.Vsock;
import java.util.regex.Pattern;

/** Reads an {@link AgentAddress} from the text that it prints, or from {@code HOST:PORT}. */
final class AddressReader {
    // No leading zeros: they would not be printed again.
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,9}");
    private static final Pattern HOST_AND_PORT = Pattern.compile("[^/]*:[0-9]+");
    private static final long MAX_UNSIGNED_INT = 0xFFFF_FFFFL;
    private static final String PORT = "?port=";
    private static final String LOOPBACK = "127.0.0.1";

    private AddressReader() {}

    /** Reads the address of an agent. */
    static AgentAddress agent(String text) {
        return read(
                text,
                "is not the address of an agent",
                "vsock://CID:PORT, unix:///PATH?port=PORT, unix:///PATH, tcp://HOST:PORT, HOST:PORT,"
                        + " :PORT, or incoming:ID for an agent that dials in",
                false);
    }

    /** Reads the address of a listener. */
    static AgentAddress listener(String text) {
        return read(
                text,
                "is not the address of a listener",
                "tcp://HOST:PORT, HOST:PORT, :PORT, unix:///PATH, in the daemon tls://HOST:PORT, or"
                        + " in a guest vsock://any:PORT",
                true);
    }

    private static AgentAddress read(String text, String isNot, String takes, boolean listens) {
        try {
            if (!listens && text.startsWith(Incoming.PREFIX)) {
                return new Incoming(text.substring(Incoming.PREFIX.length()));
            }
            AgentAddress address = read(text);
            if (!listens && address instanceof Tcp tcp && tcp.tls()) {
                throw new IllegalArgumentException("no agent speaks TLS");
            }
            return address;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"%s\" %s: %s; it takes %s".formatted(text, isNot, e.getMessage(), takes), e);
        }
    }

    private static AgentAddress read(String text) {
        if (HOST_AND_PORT.matcher(text).matches()) {
            return tcp(text.startsWith(":") ? LOOPBACK + text : text);
        }
        int end = text.indexOf("://");
        String rest = text.substring(end < 0 ? text.length() : end + 3);
        return switch (end < 0 ? "" : text.substring(0, end)) {
            case "vsock" -> vsock(rest);
            case "unix" -> unix(rest);
            case "tcp" -> tcp(rest);
            case "tls" -> tcp(rest).withTls();
            default ->
                    throw new IllegalArgumentException(
                            "it is not HOST:PORT and does not start with vsock://, unix:// or"
                                    + " tcp://");
        };
    }

    private static Vsock vsock(String rest) {
        int colon = colon(rest);
        String who = rest.substring(0, colon);
        int cid = who.equals("any") ? Vsock.ANY_CID : cid(who);
        return new Vsock(cid, unsigned("port", rest.substring(colon + 1)));
    }

    private static int cid(String digits) {
        int cid = unsigned("CID", digits);
        if (cid == Vsock.ANY_CID) {
            throw new IllegalArgumentException("the CID 4294967295 is spelt any");
        }
        return cid;
    }

    private static AgentAddress unix(String rest) {
        int query = rest.indexOf('?');
        if (query < 0) {
            return new Unix(rest);
        }
        if (!rest.startsWith(PORT, query)) {
            throw new IllegalArgumentException("after the path comes nothing but ?port=PORT");
        }
        int port = unsigned("port", rest.substring(query + PORT.length()));
        return new HybridUnix(rest.substring(0, query), port);
    }

    private static Tcp tcp(String rest) {
        int colon = colon(rest);
        String host = rest.substring(0, colon);
        int port = unsigned("port", rest.substring(colon + 1));
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed != host.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "brackets belong around an IPv6 address, and only there");
        }
        return new Tcp(bracketed ? host.substring(1, host.length() - 1) : host, port);
    }

    private static int colon(String rest) {
        int colon = rest.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("it has no port");
        }
        return colon;
    }

    private static int unsigned(String what, String digits) {
        if (!NUMBER.matcher(digits).matches() || Long.parseLong(digits) > MAX_UNSIGNED_INT) {
            throw new IllegalArgumentException(
                    "its %s \"%s\" is not a plain number up to %d"
                            .formatted(what, digits, MAX_UNSIGNED_INT));
        }
        return Integer.parseUnsignedInt(digits);
    }
}
