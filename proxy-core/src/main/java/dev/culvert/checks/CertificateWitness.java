package dev.culvert.checks;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Checks a server's certificate as usual, and remembers it also where it is not trusted. */
final class CertificateWitness extends X509ExtendedTrustManager {
    /** Why a certificate is not trusted. */
    enum Fault {
        EXPIRED,
        NOT_YET_VALID,
        UNKNOWN_ISSUER,
        WRONG_NAME,
        OTHER
    }

    private final Authorities authorities;
    private @Nullable X509Certificate seen;
    private @Nullable CertificateException failure;

    CertificateWitness(Authorities authorities) {
        this.authorities = authorities;
    }

    /** The server's own; null if it has shown none. */
    @Nullable X509Certificate seen() {
        return seen;
    }

    /** Null if it is trusted, or none was shown. */
    @Nullable Fault fault() {
        return failure == null ? null : fault(failure);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        seen = chain.length == 0 ? null : chain[0];
        CertificateException why = null;
        for (Authorities.Source source : authorities.sources()) {
            try {
                X509ExtendedTrustManager manager = source.read();
                if (manager != null) {
                    manager.checkServerTrusted(chain, type, socket);
                    return;
                }
            } catch (CertificateException e) {
                if (why == null || fault(why) == Fault.UNKNOWN_ISSUER) {
                    why = e;
                }
            } catch (IOException | GeneralSecurityException e) {
                why = why == null ? new CertificateException(e) : why;
            }
        }
        failure = why == null ? new CertificateException("nobody is trusted") : why;
        throw failure;
    }

    static Fault fault(Throwable failure) {
        for (@Nullable Throwable it = failure; it != null; it = it.getCause()) {
            String message = String.valueOf(it.getMessage());
            if (it instanceof CertificateExpiredException) {
                return Fault.EXPIRED;
            } else if (it instanceof CertificateNotYetValidException) {
                return Fault.NOT_YET_VALID;
            } else if (it instanceof CertPathBuilderException) {
                return Fault.UNKNOWN_ISSUER;
            } else if (message.startsWith("No subject alternative")
                    || message.startsWith("No name matching")) {
                return Fault.WRONG_NAME;
            }
        }
        return Fault.OTHER;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
        throw new UnsupportedOperationException("checks use sockets");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
        throw new UnsupportedOperationException("checks use sockets");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
        throw new UnsupportedOperationException("checks are clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
        throw new UnsupportedOperationException("checks are clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
        throw new UnsupportedOperationException("checks are clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
