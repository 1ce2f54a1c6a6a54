package dev.culvert.transport;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where an agent is reached, or where a guest listens. Prints as the text from which it was read.
 */
public sealed interface AgentAddress {

    /**
     * Reads the address of an agent: {@code vsock://CID:PORT}, {@code unix:///PATH}, {@code
     * unix:///PATH?port=PORT}, {@code tcp://HOST:PORT}, {@code HOST:PORT} for TCP, where no host
     * means 127.0.0.1, or {@code incoming:ID} for the agent of that id, which dials in.
     *
     * @throws IllegalArgumentException one sentence: the text, what is wrong with it, what it takes
     */
    static AgentAddress parse(String text) {
        return AddressReader.agent(text);
    }

    /** Reads the same addresses; its messages speak of a listener. */
    static AgentAddress parseListener(String text) {
        return AddressReader.listener(text);
    }

    /**
     * A port of a VM on the kernel's vsock. CID and port are unsigned 32-bit numbers in an int. To
     * listen on port 0 lets the kernel choose.
     */
    record Vsock(int cid, int port) implements AgentAddress {
        /** Every CID of this machine; only for listening. */
        public static final int ANY_CID = -1;

        public Vsock {
            if (port == -1) {
                throw new IllegalArgumentException("a vsock port goes from 0 to 4294967294");
            }
        }

        @Override
        public String toString() {
            String who = cid == ANY_CID ? "any" : Integer.toUnsignedString(cid);
            return "vsock://" + who + ":" + Integer.toUnsignedString(port);
        }
    }

    /**
     * A vsock port of the VM whose monitor (Firecracker, Cloud Hypervisor) listens on this Unix
     * socket; the port is an unsigned 32-bit number in an int.
     */
    record HybridUnix(String path, int port) implements AgentAddress {
        public HybridUnix {
            Unix.checkPath(path);
            if (port == 0 || port == -1) {
                throw new IllegalArgumentException(
                        "the port of a VM behind a socket goes from 1 to 4294967294");
            }
        }

        @Override
        public String toString() {
            return "unix://" + path + "?port=" + Integer.toUnsignedString(port);
        }
    }

    /** A plain Unix stream socket. */
    record Unix(String path) implements AgentAddress {
        // sun_path has 108 bytes, the last of which is its end.
        private static final int MAX_PATH_BYTES = 107;

        public Unix {
            checkPath(path);
        }

        private static void checkPath(String path) {
            if (!path.startsWith("/") || path.endsWith("/")) {
                throw new IllegalArgumentException(
                        "the path of a socket starts with a slash and does not end with one");
            }
            if (path.indexOf('?') >= 0 || path.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException(
                        "the path of a socket contains no question mark and no control character");
            }
            var _ = Path.of(path); // refuses what the system's encoding does not have
            int bytes = path.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > MAX_PATH_BYTES) {
                throw new IllegalArgumentException(
                        "the path has %d bytes and the system takes %d at the most"
                                .formatted(bytes, MAX_PATH_BYTES));
            }
        }

        @Override
        public String toString() {
            return "unix://" + path;
        }
    }

    /**
     * No address: the agent of this name dials in. There is one for each agent, so that it tells
     * agents apart as the others do.
     */
    record Incoming(String agent) implements AgentAddress {
        static final String PREFIX = "incoming:";
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

        public Incoming {
            if (!NAME.matcher(agent).matches()) {
                throw new IllegalArgumentException(
                        "after incoming: comes the agent's id: 1 to 64 of A-Z, a-z, 0-9, dot,"
                                + " underscore and hyphen");
            }
        }

        @Override
        public String toString() {
            return PREFIX + agent;
        }
    }

    /**
     * A TCP port; the host is a name, an IPv4 or (without its brackets) an IPv6 address.
     *
     * @param tls whether TLS is spoken there; only for listening
     */
    record Tcp(String host, int port, boolean tls) implements AgentAddress {
        private static final Pattern NAME =
                Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?");
        private static final Pattern DIGITS = Pattern.compile("[0-9.]+");
        private static final Pattern DOTTED_QUAD =
                Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");

        public Tcp {
            boolean name = NAME.matcher(host).matches() && !DIGITS.matcher(host).matches();
            if (!name && literal(host).isEmpty()) {
                throw new IllegalArgumentException(
                        "the host is a name, an IPv4 address or an IPv6 address in brackets");
            }
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("a TCP port goes from 0 to 65535");
            }
        }

        /** Without TLS. */
        public Tcp(String host, int port) {
            this(host, port, false);
        }

        /** The same, with TLS. */
        public Tcp withTls() {
            return new Tcp(host, port, true);
        }

        boolean isNumeric() {
            return literal(host).isPresent();
        }

        /** Whether only this machine reaches it. The only such name is localhost. */
        public boolean isLoopback() {
            return literal(host)
                    .map(InetAddress::isLoopbackAddress)
                    .orElse(host.equals("localhost"));
        }

        /* The JDK's parser also takes shorter forms of IPv4. Netty's logs when it is loaded, but
         * addresses are read before the log level is known. */
        private static Optional<InetAddress> literal(String host) {
            if (!DOTTED_QUAD.matcher(host).matches()
                    && (host.indexOf(':') < 0 || host.startsWith("["))) {
                return Optional.empty();
            }
            try {
                return Optional.of(InetAddress.ofLiteral(host));
            } catch (IllegalArgumentException _) {
                return Optional.empty();
            }
        }

        @Override
        public String toString() {
            String scheme = tls ? "tls://" : "tcp://";
            return scheme + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }
}
