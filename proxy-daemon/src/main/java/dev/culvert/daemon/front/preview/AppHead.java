package dev.culvert.daemon.front.preview;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.http.Forwarded;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The head of a request for an app: what it says to us, and what the app gets of it. */
final class AppHead {
    /** Of the parameter of a link, and of the cookie that replaces it. */
    static final String SECRET = "culvert_preview";

    private static final String UPGRADE = "upgrade";

    /** They are of one connection, or we say them ourselves. */
    private static final Set<String> NOT_PASSED_ON =
            Set.of(
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "proxy-authorization",
                    "te",
                    "transfer-encoding",
                    "content-length",
                    "expect",
                    "forwarded",
                    "x-forwarded-for",
                    "x-forwarded-host",
                    "x-forwarded-proto");

    /**
     * One line.
     *
     * @param name as it was sent
     */
    private record Field(String name, String value) {
        boolean is(String lower) {
            return name.equalsIgnoreCase(lower);
        }
    }

    private final String method;
    private final String target;
    private final String version;
    private final List<Field> fields = new ArrayList<>();

    /**
     * Reads one.
     *
     * @param bytes that were found to be the head of a request
     */
    AppHead(byte[] bytes) {
        String[] lines = new String(bytes, ISO_8859_1).strip().split("\r\n", -1);
        String[] words = lines[0].split(" ", -1);
        method = words[0];
        target = originForm(words[1]);
        version = words[2];
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            fields.add(
                    new Field(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip()));
        }
    }

    /** Without the scheme and the host, which the Host says, too. */
    private static String originForm(String uri) {
        int scheme = uri.startsWith("/") ? -1 : uri.indexOf("://");
        if (scheme < 0) {
            return uri;
        }
        int slash = uri.indexOf('/', scheme + 3);
        return slash < 0 ? "/" : uri.substring(slash);
    }

    /** The values of the fields of that name, joined as one list; null if there are none. */
    @Nullable String field(String lower) {
        List<String> values = fields.stream().filter(it -> it.is(lower)).map(Field::value).toList();
        return values.isEmpty() ? null : String.join(", ", values);
    }

    /** The secret in the query; null if there is none. */
    @Nullable String secretOfTarget() {
        int query = target.indexOf('?');
        if (query >= 0) {
            for (String pair : target.substring(query + 1).split("&", -1)) {
                if (pair.startsWith(SECRET + "=")) {
                    return pair.substring(SECRET.length() + 1);
                }
            }
        }
        return null;
    }

    /** The secrets in cookies. Another app below the domain may have set one more. */
    List<String> secretsOfCookies() {
        List<String> found = new ArrayList<>();
        for (Field field : fields) {
            if (field.is("cookie")) {
                for (String cookie : field.value().split(";", -1)) {
                    if (isOurs(cookie)) {
                        found.add(cookie.strip().substring(SECRET.length() + 1));
                    }
                }
            }
        }
        return found;
    }

    private static boolean isOurs(String cookie) {
        return cookie.strip().startsWith(SECRET + "=");
    }

    /** What is asked for, without the secret. */
    String targetWithoutSecret() {
        return withoutSecret(target);
    }

    private static String withoutSecret(String uri) {
        int query = uri.indexOf('?');
        if (query < 0) {
            return uri;
        }
        List<String> others = new ArrayList<>();
        for (String pair : uri.substring(query + 1).split("&", -1)) {
            if (!pair.startsWith(SECRET + "=")) {
                others.add(pair);
            }
        }
        return uri.substring(0, query) + (others.isEmpty() ? "" : "?" + String.join("&", others));
    }

    /** Whether a person reads the answer as a page. */
    boolean wantsPage() {
        String accept = field("accept");
        return method.equals("GET") && accept != null && accept.contains("text/html");
    }

    /** Whether the connection is to speak another protocol, such as that of WebSockets. */
    boolean upgrades() {
        String connection = field("connection");
        return connection != null
                && connection.toLowerCase(Locale.ROOT).contains(UPGRADE)
                && field(UPGRADE) != null;
    }

    /**
     * Whether a page of another host sent it, other than by a link that somebody has followed. A
     * browser sends the cookie with such a request, because the hosts are of one site.
     */
    boolean isOfAnotherPage() {
        String origin = field("origin");
        if (origin != null) {
            String host = field("host");
            return !origin.equals("http://" + host) && !origin.equals("https://" + host);
        }
        String site = field("sec-fetch-site");
        return site != null
                && (site.equals("same-site") || site.equals("cross-site"))
                && !"navigate".equals(field("sec-fetch-mode"));
    }

    /**
     * What the app gets: without our secret and without tokens of the daemon.
     *
     * @param encrypted whether the client speaks TLS with us
     * @param bodyBytes that follow; negative if the request has no body
     */
    byte[] forApp(@Nullable Forwarded forwarded, boolean encrypted, int bodyBytes) {
        StringBuilder head = new StringBuilder();
        head.append(method).append(' ').append(targetWithoutSecret()).append(' ');
        head.append(version).append("\r\n");
        Set<String> ofConnection = ofConnection();
        for (Field field : fields) {
            String lower = field.name().toLowerCase(Locale.ROOT);
            String value = passedOn(lower, field.value());
            if (!value.isEmpty() && !ofConnection.contains(lower)) {
                line(head, field.name(), value);
            }
        }
        String scheme = forwarded == null ? null : forwarded.scheme();
        line(head, "X-Forwarded-Proto", scheme != null ? scheme : encrypted ? "https" : "http");
        line(head, "X-Forwarded-Host", String.valueOf(field("host")));
        if (forwarded != null) {
            line(head, "X-Forwarded-For", forwarded.client());
        }
        if (upgrades()) {
            line(head, "Upgrade", String.valueOf(field(UPGRADE)));
            line(head, "Connection", "Upgrade");
        } else {
            line(head, "Connection", "close");
        }
        if (bodyBytes >= 0) {
            line(head, "Content-Length", Integer.toString(bodyBytes));
        }
        return head.append("\r\n").toString().getBytes(ISO_8859_1);
    }

    /** The names of the fields that are not passed on. */
    private Set<String> ofConnection() {
        Set<String> names = new HashSet<>(NOT_PASSED_ON);
        names.add(UPGRADE);
        String connection = field("connection");
        if (connection != null) {
            for (String option : connection.split(",", -1)) {
                names.add(option.strip().toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }

    /** Empty if nothing is left. */
    private static String passedOn(String lower, String value) {
        return switch (lower) {
            case "cookie" -> {
                List<String> others = new ArrayList<>();
                for (String cookie : value.split(";", -1)) {
                    if (!isOurs(cookie)) {
                        others.add(cookie.strip());
                    }
                }
                yield String.join("; ", others);
            }
            case "referer" -> withoutSecret(value);
            case "authorization" -> isOfDaemon(value) ? "" : value;
            case "x-api-key" -> Callers.isLikeSecret(value) ? "" : value;
            default -> value;
        };
    }

    private static boolean isOfDaemon(String authorization) {
        int blank = authorization.lastIndexOf(' ');
        return Callers.isLikeSecret(authorization.substring(blank + 1));
    }

    private static void line(StringBuilder head, String name, String value) {
        head.append(name).append(": ").append(value).append("\r\n");
    }
}
