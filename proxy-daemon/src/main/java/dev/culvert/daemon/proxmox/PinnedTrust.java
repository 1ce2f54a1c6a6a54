package dev.culvert.daemon.proxmox;

import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts a server by the fingerprint of its certificate and by nothing else: the certificates of
 * Proxmox are its own, and name no address that others reach it by. Remembers what it saw.
 */
final class PinnedTrust extends X509ExtendedTrustManager {
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":").withUpperCase();

    private final Set<String> trusted;
    private volatile String seen = "";

    PinnedTrust(Set<String> trusted) {
        this.trusted = Set.copyOf(trusted);
    }

    /** The fingerprint of the last certificate that was refused; empty if none was. */
    String refused() {
        String last = seen;
        return trusted.contains(last) ? "" : last;
    }

    /** SHA-256, as Proxmox shows it. */
    static String fingerprint(X509Certificate certificate) throws CertificateEncodingException {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return COLONS.formatHex(sha.digest(certificate.getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        String found = fingerprint(chain[0]);
        seen = found;
        if (!trusted.contains(found)) {
            throw new CertificateException("its fingerprint is not pinned");
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        throw new CertificateException("this is no server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        throw new CertificateException("this is no server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("this is no server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
