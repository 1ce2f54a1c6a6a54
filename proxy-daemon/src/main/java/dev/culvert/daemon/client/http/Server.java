package dev.culvert.daemon.client.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where a daemon listens. Prints as the address from which it was read. */
public sealed interface Server {
    int HTTP_PORT = 80;
    int HTTPS_PORT = 443;

    /** In clear text; {@code prefix} is what a proxy in front wants before each path, or empty. */
    record Http(String host, int port, String prefix) implements Server {
        @Override
        public String toString() {
            return "http://" + joined(host, port, HTTP_PORT) + prefix;
        }
    }

    /** Over TLS. */
    record Https(String host, int port, String prefix) implements Server {
        @Override
        public String toString() {
            return "https://" + joined(host, port, HTTPS_PORT) + prefix;
        }
    }

    /** A Unix socket. */
    record Unix(Path path) implements Server {
        @Override
        public String prefix() {
            return "";
        }

        @Override
        public String toString() {
            return "unix://" + path;
        }
    }

    /**
     * Reads {@code http://HOST[:PORT]}, {@code https://HOST[:PORT]} or {@code unix:///PATH}.
     *
     * @throws IllegalArgumentException one sentence: the text, what is wrong with it, what it takes
     */
    static Server parse(String text) {
        if (text.startsWith("unix:///")) {
            return new Unix(Path.of(text.substring("unix://".length())));
        }
        try {
            URI uri = new URI(text);
            String scheme = String.valueOf(uri.getScheme());
            if ((scheme.equals("http") || scheme.equals("https"))
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getQuery() == null
                    && uri.getFragment() == null) {
                return of(uri, scheme.equals("https"));
            }
        } catch (URISyntaxException _) {
            // the sentence below says what it takes
        }
        throw new IllegalArgumentException(
                "'%s' is not the address of a daemon: it is http://HOST:PORT, https://HOST:PORT or unix:///PATH"
                        .formatted(text));
    }

    private static Server of(URI uri, boolean secure) {
        String prefix = uri.getRawPath().replaceFirst("/+$", "");
        int standard = secure ? HTTPS_PORT : HTTP_PORT;
        int port = uri.getPort() < 0 ? standard : uri.getPort();
        return secure
                ? new Https(uri.getHost(), port, prefix)
                : new Http(uri.getHost(), port, prefix);
    }

    private static String joined(String host, int port, int standard) {
        return port == standard ? host : host + ":" + port;
    }

    /** Host and port, as the header {@code host} takes them. */
    default String authority() {
        return switch (this) {
            case Http(String host, int port, _) -> joined(host, port, HTTP_PORT);
            case Https(String host, int port, _) -> joined(host, port, HTTPS_PORT);
            case Unix _ -> "localhost";
        };
    }

    /** What comes before each path of a request; empty without a proxy that wants something. */
    String prefix();
}
