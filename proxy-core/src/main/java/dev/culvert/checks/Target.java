package dev.culvert.checks;

import dev.culvert.io.Quoted;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is to be reached.
 *
 * @param url as it was given
 * @param path with the query; for a request
 */
public record Target(String url, Scheme scheme, Endpoint endpoint, String path) {
    /** How far a check goes. */
    enum Scheme {
        /** An answer in plain HTTP. */
        HTTP(80),

        /** An answer in HTTP over TLS. */
        HTTPS(443),

        /** A connection. */
        TCP(0);

        private final int usualPort;

        Scheme(int usualPort) {
            this.usualPort = usualPort;
        }

        static @Nullable Scheme of(@Nullable String name) {
            return switch (name == null ? "" : name.toLowerCase(Locale.ROOT)) {
                case "http" -> HTTP;
                case "https" -> HTTPS;
                case "tcp" -> TCP;
                default -> null;
            };
        }
    }

    private static final String WHAT = "the address to check";

    /** Reads http://…, https://… or tcp://HOST:PORT. */
    public static Target parse(String text) throws BadCheckException {
        URI uri = Endpoint.uri(WHAT, text);
        Scheme scheme = Scheme.of(uri.getScheme());
        if (scheme == null) {
            throw new BadCheckException(
                    "%s '%s' begins with none of https://, http:// and tcp://"
                            .formatted(WHAT, Quoted.word(Endpoint.shown(uri))));
        }
        if (uri.getRawUserInfo() != null) {
            throw new BadCheckException(
                    "%s '%s' has a user before '@', and a check sends no credentials: leave it out"
                            .formatted(WHAT, Quoted.word(Endpoint.shown(uri))));
        }
        Endpoint endpoint = Endpoint.of(WHAT, uri, scheme.usualPort);
        return new Target(text, scheme, endpoint, path(URI.create(uri.toASCIIString())));
    }

    private static String path(URI uri) {
        String raw = uri.getRawPath();
        String path = raw == null || raw.isEmpty() ? "/" : raw;
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    /** The host as a header of the request has it. */
    String hostHeader() {
        return endpoint.port() == scheme.usualPort ? endpoint.authorityHost() : endpoint.toString();
    }
}
