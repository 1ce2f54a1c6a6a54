package dev.culvert.checks;

import dev.culvert.io.Quoted;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The way to a target. */
public sealed interface Through {
    /** Nothing is between. */
    record Direct() implements Through {
        @Override
        public String toString() {
            return "";
        }
    }

    /**
     * A proxy that is asked with CONNECT, or, for a plain http URL, with the whole URL.
     *
     * @param login null if it needs none
     */
    record HttpProxy(Endpoint endpoint, @Nullable Login login) implements Through {
        @Override
        public String toString() {
            return "http://" + endpoint;
        }
    }

    /**
     * A SOCKS proxy of version 5 (RFC 1928), which looks the target's name up itself.
     *
     * @param login null if it needs none
     * @param isEarly whether it says yes before it has connected, as ssh does, and closes the
     *     connection if it then cannot
     */
    record Socks5(Endpoint endpoint, @Nullable Login login, boolean isEarly) implements Through {
        @Override
        public String toString() {
            return "socks5://" + endpoint;
        }
    }

    /**
     * The near end of a tunnel, which takes connections at once, and closes them if its far end
     * cannot be reached.
     *
     * @param to where it leads, whatever the address of the target is
     */
    record Tunnel(Endpoint endpoint, String name, String to) implements Through {
        @Override
        public String toString() {
            return "tunnel:" + name;
        }
    }

    /** A user and a password, which are never shown. */
    record Login(String user, String password) {
        /** Of each, as RFC 1929 limits them. */
        private static final int MOST_BYTES = 255;

        @Override
        public String toString() {
            return "…";
        }

        private static @Nullable Login of(@Nullable String raw) throws BadCheckException {
            if (raw == null) {
                return null;
            }
            int colon = raw.indexOf(':');
            String user = decoded(colon < 0 ? raw : raw.substring(0, colon));
            String password = colon < 0 ? "" : decoded(raw.substring(colon + 1));
            if (bytes(user) > MOST_BYTES || bytes(password) > MOST_BYTES) {
                throw new BadCheckException(
                        "the user and the password of a proxy have at most 255 bytes each");
            }
            return new Login(user, password);
        }

        private static int bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }

        private static String decoded(String raw) {
            return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
        }
    }

    Through DIRECT = new Direct();

    /** A tunnel whose callers say where they want to go, by SOCKS. */
    static Through dynamicTunnel(String host, int port) {
        return new Socks5(new Endpoint(host, port), null, true);
    }

    /** A tunnel that leads to one place. */
    static Through localTunnel(String host, int port, String name, String to) {
        return new Tunnel(new Endpoint(host, port), name, to);
    }

    /** Reads http://[USER:PASSWORD@]HOST:PORT or socks5://…; empty for no proxy. */
    static Through parse(String text) throws BadCheckException {
        if (text.isEmpty()) {
            return DIRECT;
        }
        String what = "the proxy";
        URI uri;
        try {
            uri = Endpoint.uri(what, text);
        } catch (BadCheckException _) {
            // Without the text, in which a password may be.
            throw new BadCheckException(
                    "the way is none of http://HOST:PORT, socks5://HOST:PORT, tunnel:NAME and agent:NAME");
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "http" -> new HttpProxy(Endpoint.of(what, uri, 0), Login.of(uri.getRawUserInfo()));
            case "socks5", "socks5h" ->
                    new Socks5(Endpoint.of(what, uri, 0), Login.of(uri.getRawUserInfo()), false);
            default ->
                    throw new BadCheckException(
                            "the way '%s' begins with none of http://, socks5://, tunnel: and agent:"
                                    .formatted(Quoted.word(Endpoint.shown(uri))));
        };
    }
}
