package dev.culvert.upstream;

import dev.culvert.transport.AgentAddress.Tcp;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a server of HTTP is, and the path below which it serves.
 *
 * @param address with TLS for {@code https}
 * @param path begins with a slash, or is empty; never ends with one
 */
public record UpstreamUrl(Tcp address, String path) {
    /** What such a value takes, for messages. */
    public static final String TAKES = "a URL such as https://api.example.org/v1";

    private static final Pattern TEXT =
            Pattern.compile(
                    "(https?)://([^/:?#@\\s]+|\\[[0-9A-Fa-f:.]+])(?::([0-9]{1,5}))?(/[!-~&&[^?#]]*)?",
                    Pattern.CASE_INSENSITIVE);
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /**
     * Reads the text of one, as it prints it.
     *
     * @throws IllegalArgumentException one sentence without an end, for anything else
     */
    public static UpstreamUrl parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("it takes " + TAKES);
        }
        boolean tls = matcher.group(1).equalsIgnoreCase("https");
        String port = matcher.group(3);
        int number = port == null ? (tls ? HTTPS_PORT : HTTP_PORT) : Integer.parseInt(port);
        if (number == 0) {
            throw new IllegalArgumentException("a server has a port from 1 to 65535");
        }
        String path = matcher.group(4) == null ? "" : matcher.group(4);
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return new UpstreamUrl(new Tcp(matcher.group(2), number, tls), path);
    }

    public boolean isTls() {
        return address.tls();
    }

    /** The host and, where it is not that of the scheme, the port: for the header Host. */
    public String authority() {
        String host = address.host();
        String name = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
        int usual = isTls() ? HTTPS_PORT : HTTP_PORT;
        return address.port() == usual ? name : name + ":" + address.port();
    }

    @Override
    public String toString() {
        return (isTls() ? "https://" : "http://") + authority() + path;
    }
}
