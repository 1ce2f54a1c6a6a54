package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The section {@code http.tls}: how the listeners with {@code tls://} addresses encrypt.
 *
 * @param cert PEM: the certificate of the daemon, then those of its issuers
 * @param key PEM: its private key, PKCS#8 and not encrypted
 * @param clientCa PEM: the issuers of client certificates that are accepted
 * @param minVersion of TLS
 * @param handshakeTimeout from the connection's start
 * @param maxHandshakes at once; one more connection is closed
 * @param reloadInterval how often the files are looked at
 * @param hstsMaxAge for {@code Strict-Transport-Security}; 0 sends none
 */
public record TlsSettings(
        Optional<Path> cert,
        Optional<Path> key,
        Optional<Path> clientCa,
        ClientAuth clientAuth,
        String minVersion,
        Duration handshakeTimeout,
        int maxHandshakes,
        Duration reloadInterval,
        Duration hstsMaxAge) {

    /** Whether clients show a certificate. */
    public enum ClientAuth {
        NONE,
        OPTIONAL,
        REQUIRE
    }

    public static final TlsSettings DEFAULTS =
            new TlsSettings(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    ClientAuth.NONE,
                    "1.2",
                    Duration.ofSeconds(10),
                    1024,
                    Duration.ofMinutes(1),
                    Duration.ofDays(30));

    private static final Kind<String> VERSION =
            Kind.matching(Pattern.compile("1\\.[23]"), "\"1.2\" or \"1.3\"");

    public TlsSettings {
        Check.that(
                cert.isPresent() || key.isEmpty(),
                "key",
                key.map(Path::toString).orElse(""),
                "without its certificate it is of no use: set http.tls.cert, too");
        Check.that(
                key.isPresent() || cert.isEmpty(),
                "cert",
                cert.map(Path::toString).orElse(""),
                "without its private key it is of no use: set http.tls.key, too");
        Check.that(
                clientAuth == ClientAuth.NONE || clientCa.isPresent(),
                "client_auth",
                '"' + clientAuth.name().toLowerCase(Locale.ROOT) + '"',
                "there is nothing to check client certificates with: set http.tls.client_ca, too");
        Check.positive("handshake_timeout", handshakeTimeout);
        Check.atLeast("max_handshakes", maxHandshakes, 1);
        Check.positive("reload_interval", reloadInterval);
    }

    static TlsSettings read(Section in) {
        return new TlsSettings(
                in.find("cert", Kind.PATH),
                in.find("key", Kind.PATH),
                in.find("client_ca", Kind.PATH),
                in.get("client_auth", Kind.choice(ClientAuth.class), DEFAULTS.clientAuth),
                in.get("min_version", VERSION, DEFAULTS.minVersion),
                in.get("handshake_timeout", Kind.DURATION, DEFAULTS.handshakeTimeout),
                in.get("max_handshakes", Kind.INT, DEFAULTS.maxHandshakes),
                in.get("reload_interval", Kind.DURATION, DEFAULTS.reloadInterval),
                in.get("hsts_max_age", Kind.DURATION, DEFAULTS.hstsMaxAge));
    }
}
