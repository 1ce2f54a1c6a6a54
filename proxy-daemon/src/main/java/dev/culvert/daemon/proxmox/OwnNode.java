package dev.culvert.daemon.proxmox;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The certificate of the node of Proxmox that the daemon itself runs on: it lies in a file, so that
 * nobody has to compare fingerprints.
 */
final class OwnNode {
    /** The certificate of an authority, if there is one, and the one that Proxmox makes. */
    private static final List<String> FILES = List.of("pveproxy-ssl.pem", "pve-ssl.pem");

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    private final Path folder;

    OwnNode() {
        this(Path.of("/etc/pve/local"));
    }

    OwnNode(Path folder) {
        this.folder = folder;
    }

    /** The fingerprints that this node has, if the URL leads to it; else none. Blocks. */
    Set<String> fingerprints(URI url) {
        Set<String> found = new HashSet<>();
        if (LOOPBACK.contains(url.getHost())) {
            for (String file : FILES) {
                try (InputStream pem = Files.newInputStream(folder.resolve(file))) {
                    found.add(
                            PinnedTrust.fingerprint(
                                    (X509Certificate)
                                            CertificateFactory.getInstance("X.509")
                                                    .generateCertificate(pem)));
                } catch (IOException | CertificateException _) {
                    // not a node, or a file that only root and pveproxy may read
                }
            }
        }
        return found;
    }
}
