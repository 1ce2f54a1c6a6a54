package dev.culvert.daemon.client.doctor;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** When the daemon's certificates end. */
final class CertificateInspection implements Inspection {
    private static final List<String> KEYS = List.of("http.tls.cert", "http.tls.client_ca");
    private static final Duration SOON = Duration.ofDays(21);

    @Override
    public String name() {
        return "certificates";
    }

    @Override
    public List<Finding> inspect(Site site) {
        List<Finding> findings = new ArrayList<>();
        for (String key : KEYS) {
            Optional<String> file = site.settings().text(key);
            file.ifPresent(path -> findings.addAll(inspect(site, key, path)));
        }
        return findings.isEmpty() ? List.of(Finding.skipped("no certificate is set")) : findings;
    }

    private static List<Finding> inspect(Site site, String key, String path) {
        List<Finding> findings = new ArrayList<>();
        try (InputStream in =
                new ByteArrayInputStream(Files.readAllBytes(site.host().path(path)))) {
            Collection<? extends Certificate> all =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            for (Certificate certificate : all) {
                if (certificate instanceof X509Certificate x509) {
                    findings.add(inspect(site.clock().instant(), key, path, x509));
                }
            }
            if (all.isEmpty()) {
                findings.add(unreadable(key, path, "it contains no certificate"));
            }
        } catch (IOException | CertificateException e) {
            findings.add(unreadable(key, path, String.valueOf(e.getMessage())));
        }
        return findings;
    }

    private static Finding unreadable(String key, String path, String why) {
        return Finding.failure(
                "the certificate of " + key + " cannot be read",
                path + ": " + why,
                "name a file of PEM certificates that the daemon's user may read");
    }

    private static Finding inspect(Instant now, String key, String path, X509Certificate it) {
        Instant end = it.getNotAfter().toInstant();
        String name = it.getSubjectX500Principal().getName() + " in " + path;
        long days = Duration.between(now, end).toDays();
        String fix = "replace " + path + "; the daemon reads it again by itself";
        if (end.isBefore(now)) {
            return Finding.failure(
                    "the certificate of " + key + " has expired",
                    name + " ended on " + end + ": clients refuse it",
                    fix);
        }
        if (it.getNotBefore().toInstant().isAfter(now)) {
            return Finding.failure(
                    "the certificate of " + key + " is not valid yet",
                    name + " begins on " + it.getNotBefore().toInstant(),
                    "see whether this machine's clock is right: timedatectl");
        }
        return days < SOON.toDays()
                ? Finding.warning(
                        "the certificate of " + key + " ends in " + days + " days",
                        name + " ends on " + end,
                        fix)
                : Finding.ok("the certificate of " + key + " is valid for " + days + " days");
    }
}
