package dev.culvert.daemon.sshkeys;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * A key that is kept.
 *
 * @param file with the private key
 * @param line the public key
 * @param certificate for that key
 * @param made when it was made or rotated
 * @param former the public key before the last rotation
 */
public record SshKey(
        String name,
        Path file,
        PublicKeyLine line,
        Optional<PublicKeyLine> certificate,
        Instant made,
        Optional<PublicKeyLine> former) {

    /** The file with the certificate, which {@code ssh} finds by itself, too. */
    public Path certificateFile() {
        return file.resolveSibling(name + SshKeys.CERTIFICATE);
    }
}
