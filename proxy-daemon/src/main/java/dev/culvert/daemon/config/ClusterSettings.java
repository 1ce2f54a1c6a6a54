package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.about.Units;
import dev.culvert.settings.Kind;
import dev.culvert.settings.SecretSource;
import dev.culvert.settings.Section;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code cluster}: hosts that know each other, by a registry in NATS.
 *
 * @param servers of NATS; without any there is no cluster
 * @param name of this host; empty means that of the machine
 * @param url where other hosts reach this one
 * @param login how to get in
 * @param prefix of the names of the buckets
 * @param heartbeat how often each host says that it is there; after three that are missing it has
 *     gone
 * @param replicas how many servers of NATS keep each bucket
 * @param maxHosts how many hosts are known, at most
 * @param readyWait for how long {@code /readyz} waits for the registry, at most
 */
public record ClusterSettings(
        List<String> servers,
        Optional<String> name,
        Optional<String> url,
        Login login,
        String prefix,
        Duration heartbeat,
        int replicas,
        int maxHosts,
        Duration readyWait) {
    /**
     * How to get in at the registry.
     *
     * @param password asked for each connection
     * @param credentials a file with a seed, and with a JWT unless the server knows the key; counts
     *     more than a password
     * @param ca a file with the certificates that the servers' are checked against
     */
    public record Login(
            Optional<String> user,
            Optional<SecretSource> password,
            Optional<Path> credentials,
            Optional<Path> ca) {
        public Login {
            Check.that(
                    user.isPresent() == password.isPresent(),
                    user.isPresent() ? "password" : "user",
                    "missing",
                    "user and password belong together");
        }

        private boolean isEmpty() {
            return user.isEmpty() && credentials.isEmpty() && ca.isEmpty();
        }
    }

    private static final int MOST_SERVERS = 16;
    private static final Duration SHORTEST = Duration.ofMillis(500); // before DEFAULTS
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    /** After so many heartbeats that are missing, a host has gone. */
    public static final int MISSED = 3;

    public static final String NAME_RULE =
            "it must have up to 63 letters, digits, dots and hyphens, and begin and end with a letter or a digit";

    private static final Pattern NAME =
            Pattern.compile("(?!.*\\.\\.)[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?");
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_-]{1,32}");
    private static final Pattern NOWHERE = Pattern.compile("0\\.0\\.0\\.0|\\[::\\]|\\*");

    public static final ClusterSettings DEFAULTS =
            new ClusterSettings(
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    new Login(
                            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()),
                    "culvert",
                    Duration.ofSeconds(5),
                    1,
                    1_000,
                    Duration.ofSeconds(30));

    public ClusterSettings {
        servers = List.copyOf(servers);
        Check.that(
                servers.size() <= MOST_SERVERS,
                "servers",
                servers.size() + " servers",
                "there may be " + MOST_SERVERS);
        servers.forEach(ClusterSettings::checkServer);
        name.ifPresent(it -> Check.that(isName(it), "name", it, NAME_RULE));
        url.ifPresent(ClusterSettings::checkUrl);
        Check.that(
                servers.isEmpty() || url.isPresent(),
                "url",
                "missing",
                "with cluster.servers, other hosts have to know where this one is, such as \"https://host-1.example.org:8470\"");
        Check.that(
                !servers.isEmpty() || (name.isEmpty() && url.isEmpty() && login.isEmpty()),
                "servers",
                "missing",
                "the other keys of cluster have no effect without it");
        Check.that(
                PREFIX.matcher(prefix).matches(),
                "prefix",
                prefix,
                "it must have 1 to 32 letters, digits, hyphens and underscores");
        between("heartbeat", heartbeat, SHORTEST, LONGEST);
        Check.that(
                replicas == 1 || replicas == 3 || replicas == 5,
                "replicas",
                replicas,
                "it must be 1, 3 or 5");
        Check.between("max_hosts", maxHosts, 1, 100_000);
        between("ready_wait", readyWait, Duration.ZERO, LONGEST_WAIT);
    }

    private static void between(String key, Duration value, Duration least, Duration most) {
        Check.that(
                value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
                key,
                Units.text(value),
                "it must be from " + Units.text(least) + " to " + Units.text(most));
    }

    /** Whether a host may have that name. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Whether another host can be told to connect there. */
    public static boolean isUrl(String url) {
        URI uri = parsed(url);
        return uri != null
                && "https".equals(uri.getScheme())
                && uri.getHost() != null
                && uri.getUserInfo() == null
                && uri.getQuery() == null
                && uri.getFragment() == null
                && (uri.getPath() == null || uri.getPath().isEmpty())
                && !NOWHERE.matcher(uri.getHost()).matches();
    }

    private static void checkUrl(String url) {
        Check.that(
                isUrl(url),
                "url",
                url,
                "it must be https://HOST or https://HOST:PORT, with a name or an address that other hosts reach");
    }

    /* The address is not repeated: somebody may have written a password into it. */
    private static void checkServer(String server) {
        URI uri = parsed(server);
        Check.that(
                uri != null
                        && ("nats".equals(uri.getScheme()) || "tls".equals(uri.getScheme()))
                        && uri.getHost() != null
                        && uri.getUserInfo() == null
                        && (uri.getPath() == null || uri.getPath().isEmpty()),
                "servers",
                "what it is",
                "each must be nats://HOST:PORT or tls://HOST:PORT; a password belongs in cluster.password");
    }

    private static @Nullable URI parsed(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException _) {
            return null;
        }
    }

    /** How long a host is there after it has said so. */
    public Duration lifetime() {
        return heartbeat.multipliedBy(MISSED);
    }

    public boolean isOn() {
        return !servers.isEmpty();
    }

    static ClusterSettings read(Section in) {
        return new ClusterSettings(
                in.list("servers", Kind.TEXT, DEFAULTS.servers),
                in.find("name", Kind.TEXT),
                in.find("url", Kind.TEXT),
                new Login(
                        in.find("user", Kind.TEXT),
                        in.find("password", Kind.SECRET),
                        in.find("credentials", Kind.PATH),
                        in.find("ca", Kind.PATH)),
                in.get("prefix", Kind.TEXT, DEFAULTS.prefix),
                in.get("heartbeat", Kind.DURATION, DEFAULTS.heartbeat),
                in.get("replicas", Kind.INT, DEFAULTS.replicas),
                in.get("max_hosts", Kind.INT, DEFAULTS.maxHosts),
                in.get("ready_wait", Kind.DURATION, DEFAULTS.readyWait));
    }
}
