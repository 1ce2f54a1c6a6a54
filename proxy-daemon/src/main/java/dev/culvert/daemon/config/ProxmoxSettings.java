package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.about.Units;
import dev.culvert.settings.Kind;
import dev.culvert.settings.SecretSource;
import dev.culvert.settings.Section;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One of the list {@code proxmox}: a server of Proxmox VE, or a cluster of them.
 *
 * @param name for people, in commands, logs and metrics, and in the ids of its guests
 * @param url of one node
 * @param otherUrls of other nodes of the same cluster, which are asked while that one is away
 * @param tokenId of the API token, {@code USER@REALM!NAME}
 * @param tokenSecret which the token has; never in the settings themselves
 * @param fingerprints SHA-256 of the certificates that it may have, as Proxmox shows them
 * @param ca the authorities that its certificate is checked by instead, in PEM
 * @param timeout for one answer
 * @param maxAnswerBytes the largest answer that is read
 */
public record ProxmoxSettings(
        String name,
        URI url,
        List<URI> otherUrls,
        String tokenId,
        SecretSource tokenSecret,
        Set<String> fingerprints,
        Optional<Path> ca,
        Duration timeout,
        int maxAnswerBytes) {
    public static final Duration TIMEOUT = Duration.ofSeconds(15);
    public static final int MAX_ANSWER_BYTES = 8 * 1024 * 1024;

    /** How many there may be. */
    public static final int MOST = 32;

    private static final int MOST_OTHERS = 15;
    private static final int DEFAULT_PORT = 8006;
    private static final Duration MOST_TIMEOUT = Duration.ofMinutes(5);
    private static final Kind<URI> URL =
            Kind.text(
                    "https://HOST:8006, without a path, a user or a password",
                    ProxmoxSettings::url);
    private static final Kind<String> TOKEN_ID =
            Kind.matching(
                    Pattern.compile(
                            "[A-Za-z0-9][A-Za-z0-9._-]{0,63}@[A-Za-z][A-Za-z0-9._-]{0,31}![A-Za-z][A-Za-z0-9._-]{0,127}"),
                    "the id of an API token, USER@REALM!NAME, such as culvert@pve!daemon");
    private static final Kind<String> FINGERPRINT =
            Kind.matching(
                    Pattern.compile("([0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}"),
                    "a SHA-256 fingerprint as Proxmox shows it, 32 pairs of hexadecimal digits"
                            + " with colons: pvenode cert info");

    /** One node alone. */
    public ProxmoxSettings(
            String name,
            URI url,
            String tokenId,
            SecretSource tokenSecret,
            Set<String> fingerprints,
            Optional<Path> ca,
            Duration timeout,
            int maxAnswerBytes) {
        this(name, url, List.of(), tokenId, tokenSecret, fingerprints, ca, timeout, maxAnswerBytes);
    }

    public ProxmoxSettings {
        otherUrls = List.copyOf(otherUrls);
        Check.that(
                otherUrls.size() <= MOST_OTHERS,
                "other_urls",
                otherUrls.size() + " nodes",
                MOST_OTHERS + " at most");
        fingerprints =
                Set.copyOf(fingerprints.stream().map(it -> it.toUpperCase(Locale.ROOT)).toList());
        Check.that(
                AgentSettings.isName(name),
                "name",
                '"' + name + '"',
                "it must be " + AgentSettings.NAME_TAKES);
        Check.that(
                !(tokenSecret instanceof SecretSource.Plain),
                "token_secret",
                "in the settings",
                "put it into a file that only the daemon reads, and say {\"file\": PATH} or"
                        + " {\"credential\": NAME}");
        Check.that(
                ca.isEmpty() || fingerprints.isEmpty(),
                "ca",
                ca.map(Path::toString).orElse(""),
                "either fingerprints or an authority is trusted: leave one of them out");
        Check.that(
                timeout.isPositive() && timeout.compareTo(MOST_TIMEOUT) <= 0,
                "timeout",
                Units.text(timeout),
                "it must be from 1ms to " + Units.text(MOST_TIMEOUT));
        Check.bytesBetween("max_answer_bytes", maxAnswerBytes, 64 * 1024, 256 * 1024 * 1024);
    }

    private static URI url(String text) {
        URI url = URI.create(text);
        boolean isPlain =
                "https".equals(url.getScheme())
                        && url.getHost() != null
                        && url.getPort() != 0
                        && url.getRawUserInfo() == null
                        && url.getRawQuery() == null
                        && url.getRawFragment() == null
                        && (url.getRawPath().isEmpty() || "/".equals(url.getRawPath()));
        if (!isPlain) {
            throw new NumberFormatException(text);
        }
        int port = url.getPort() < 0 ? DEFAULT_PORT : url.getPort();
        return URI.create("https://" + url.getHost() + ":" + port);
    }

    static ProxmoxSettings read(Section in) {
        String name = in.get("name", AgentSettings.NAME_KIND, "");
        Optional<URI> url = in.find("url", URL);
        List<URI> otherUrls = in.list("other_urls", URL, List.of());
        Optional<String> tokenId = in.find("token_id", TOKEN_ID);
        Optional<SecretSource> tokenSecret = in.find("token_secret", Kind.SECRET);
        List<String> fingerprints = in.list("fingerprints", FINGERPRINT, List.of());
        Optional<Path> ca = in.find("ca", Kind.PATH);
        Duration timeout = in.get("timeout", Kind.DURATION, TIMEOUT);
        int maxAnswerBytes = in.get("max_answer_bytes", Kind.BYTES, MAX_ANSWER_BYTES);
        Check.that(
                url.isPresent(),
                "url",
                "missing",
                "say where a node of Proxmox is, such as https://pve.example:8006");
        Check.that(
                tokenId.isPresent(),
                "token_id",
                "missing",
                "say which API token is used, such as culvert@pve!daemon");
        Check.that(
                tokenSecret.isPresent(),
                "token_secret",
                "missing",
                "say where the token's secret is, such as {\"file\":"
                        + " \"/etc/culvert/proxmox.secret\"}");
        return new ProxmoxSettings(
                name,
                url.get(),
                otherUrls,
                tokenId.get(),
                tokenSecret.get(),
                Set.copyOf(fingerprints),
                ca,
                timeout,
                maxAnswerBytes);
    }

    /** There are few of them, and no two have the same name. */
    static List<ProxmoxSettings> checked(List<ProxmoxSettings> all) {
        Check.that(all.size() <= MOST, "proxmox", all.size() + " servers", MOST + " at most");
        Set<String> names = new HashSet<>();
        for (int i = 0; i < all.size(); i++) {
            String name = all.get(i).name();
            Check.that(
                    names.add(name),
                    "proxmox[" + i + "].name",
                    '"' + name + '"',
                    "there is a server of that name already");
        }
        return List.copyOf(all);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "Proxmox " + name + " at " + url;
    }
}
