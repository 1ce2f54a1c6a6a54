package dev.culvert.daemon.http.tls;

import dev.culvert.daemon.http.Access;
import io.netty.channel.Channel;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** The names in the certificate that a client has shown and that was checked. */
final class ClientNames {
    // Of a subject's alternative name, RFC 5280, 4.2.1.6.
    private static final int RFC822 = 1;
    private static final int DNS = 2;
    private static final int URI = 6;

    private ClientNames() {}

    /** Keeps those of {@code session}, if the client has shown a certificate. */
    static void keep(Channel channel, SSLSession session) {
        try {
            if (session.getPeerCertificates()[0] instanceof X509Certificate certificate) {
                channel.attr(Access.CERTIFICATE_NAMES).set(of(certificate));
            }
        } catch (SSLPeerUnverifiedException _) {
            // It has shown none.
        }
    }

    /** Its alternative names (DNS, e-mail, URI), then its common name. */
    static List<String> of(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> name : alternatives) {
                    if (name.get(0) instanceof Integer type
                            && (type == RFC822 || type == DNS || type == URI)) {
                        names.add(String.valueOf(name.get(1)));
                    }
                }
            }
            for (Rdn part :
                    new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    names.add(String.valueOf(part.getValue()));
                }
            }
        } catch (CertificateParsingException | InvalidNameException _) {
            return List.of(); // a name that cannot be read is nobody's
        }
        return List.copyOf(names);
    }
}
