package dev.culvert.checks;

import dev.culvert.checks.Hop.Step;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** The hop in which the server shows who it is. Used once. */
final class TlsHop {
    private final CertificateWitness witness;

    TlsHop(Authorities authorities) {
        witness = new CertificateWitness(authorities);
    }

    /** A connection over {@code below}, which it closes when it is closed. */
    SSLSocket open(Socket below, Endpoint to) throws IOException, HopException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {witness}, null);
            SSLSocket socket =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(below, to.host(), to.port(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setApplicationProtocols(new String[] {"http/1.1"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket;
        } catch (SSLException e) {
            throw failure(e, to);
        } catch (GeneralSecurityException e) {
            throw new HopException(
                    Step.TLS, "Java cannot begin TLS: " + Quoted.message(e), "Report this.");
        }
    }

    /** Null if the server has shown none. */
    @Nullable Certificate certificate() {
        X509Certificate seen = witness.seen();
        return seen == null ? null : Certificate.of(seen);
    }

    String detail(String protocol, Instant now) {
        Certificate certificate = certificate();
        if (certificate == null) {
            return protocol;
        }
        long days = Duration.between(now, certificate.notAfter()).toDays();
        return "%s, issued by %s, valid until %s (%d days)"
                .formatted(protocol, certificate.issuer(), day(certificate.notAfter()), days);
    }

    private HopException failure(SSLException e, Endpoint to) {
        CertificateWitness.Fault fault = witness.fault();
        Certificate certificate = certificate();
        if (fault == null || certificate == null) {
            String said = Quoted.message(e);
            boolean isNoTls = said.contains("Unsupported or unrecognized SSL message");
            return new HopException(
                    Step.TLS,
                    isNoTls ? "what answers on this port does not speak TLS" : said,
                    isNoTls
                            ? "Check it with http:// instead of https://, or name another port."
                            : "The server, or what is between, ended the handshake: look at its"
                                    + " log.");
        }
        return switch (fault) {
            case EXPIRED ->
                    new HopException(
                            Step.TLS,
                            "the certificate has expired on %s; issued by %s"
                                    .formatted(day(certificate.notAfter()), certificate.issuer()),
                            "Its owner must renew it. If that date is not past, the clock here is"
                                    + " wrong.");
            case NOT_YET_VALID ->
                    new HopException(
                            Step.TLS,
                            "the certificate is valid only from %s; issued by %s"
                                    .formatted(day(certificate.notBefore()), certificate.issuer()),
                            "Most often the clock here is slow: see timedatectl.");
            case WRONG_NAME ->
                    new HopException(
                            Step.TLS,
                            "the certificate is not for %s: it is for %s"
                                    .formatted(to.host(), certificate.subject()),
                            "Use a name that is in the certificate. If the name is right, another"
                                    + " server answers: look at DNS, and at proxies in between.");
            case UNKNOWN_ISSUER ->
                    new HopException(
                            Step.TLS,
                            "nobody here knows who issued the certificate: %s"
                                    .formatted(certificate.issuer()),
                            "If that is an authority of yours, or of a proxy that reads along,"
                                    + " trust it: update-ca-certificates, or the setting"
                                    + " checks.ca_file (--ca-file with --local).");
            case OTHER ->
                    new HopException(
                            Step.TLS,
                            "the certificate is not trusted: " + Quoted.message(e),
                            "Its owner must replace it.");
        };
    }

    private static String day(Instant time) {
        return time.atOffset(ZoneOffset.UTC).toLocalDate().toString();
    }
}
