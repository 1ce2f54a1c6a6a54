package dev.culvert.checks;

import dev.culvert.io.Quoted;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A host and a port.
 *
 * @param host a name, or an address without brackets
 */
record Endpoint(String host, int port) {
    private static final int MOST_PORT = 65_535;
    private static final int MOST_CHARACTERS = 2_048;

    /** As an address of a request has it: an address of IPv6 in brackets. */
    @Override
    public String toString() {
        return authorityHost() + ":" + port;
    }

    String authorityHost() {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    /**
     * @param what the text is, for messages
     */
    static URI uri(String what, String text) throws BadCheckException {
        if (text.length() > MOST_CHARACTERS) {
            throw new BadCheckException(
                    "%s has %d characters, and at most %d can be checked"
                            .formatted(what, text.length(), MOST_CHARACTERS));
        }
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new BadCheckException(
                    "%s '%s' is not a URL: %s"
                            .formatted(what, Quoted.word(text), Quoted.word(e.getReason())));
        }
    }

    /**
     * @param usual the port of a URL that has none; 0 if it must have one
     */
    static Endpoint of(String what, URI uri, int usual) throws BadCheckException {
        @Nullable String host = uri.getHost();
        if (host == null || host.isEmpty()) {
            throw new BadCheckException(
                    "%s '%s' names no host: write %s://HOST%s"
                            .formatted(
                                    what,
                                    Quoted.word(shown(uri)),
                                    Quoted.word(String.valueOf(uri.getScheme())),
                                    usual == 0 ? ":PORT" : "/…"));
        }
        int port = uri.getPort() < 0 ? usual : uri.getPort();
        if (port < 1 || port > MOST_PORT) {
            throw new BadCheckException(
                    "%s '%s' needs a port from 1 to %d after the host"
                            .formatted(what, Quoted.word(shown(uri)), MOST_PORT));
        }
        boolean isBracketed = host.startsWith("[");
        return new Endpoint(
                isBracketed ? host.substring(1, host.length() - 1) : host.toLowerCase(Locale.ROOT),
                port);
    }

    /** The URL without a user and a password. */
    static String shown(URI uri) {
        String all = uri.toString();
        String userInfo = uri.getRawUserInfo();
        return userInfo == null ? all : all.replace(userInfo + "@", "");
    }
}
