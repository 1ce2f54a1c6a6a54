package dev.culvert.daemon.sshtunnels;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.config.SshTunnelSettings.Server;
import dev.culvert.daemon.sshkeys.PublicKeyLine;
import dev.culvert.io.Quoted;
import dev.culvert.process.ChildProcess;
import dev.culvert.process.Ended;
import dev.culvert.process.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The keys of servers that are trusted: a file as sshd(8) describes it, which people may edit, too.
 * Blocks.
 */
public final class HostKeys {
    static final String FILE = "known_hosts";
    private static final int SCAN_SECONDS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SSH_PORT = 22;
    private static final int MOST_KEYS = 16;

    private final Path file;
    private final String keyscan;

    HostKeys(Path file, String keyscan) {
        this.file = file;
        this.keyscan = keyscan;
    }

    /**
     * A key of a server.
     *
     * @param isTrusted whether the file has it for that server
     */
    public record Offered(PublicKeyLine line, boolean isTrusted) {}

    /**
     * What the server says that its keys are. Whoever is between could have said it: somebody has
     * to compare the fingerprints.
     *
     * @throws IOException one sentence, if it says nothing
     */
    List<Offered> offered(Server server) throws IOException {
        if (server.jump().isPresent() || server.config().isPresent()) {
            throw new IOException(
                    "A server behind a jump or an ssh_config cannot be asked for its keys: add the line of its key to "
                            + file
                            + ".");
        }
        Ended scanned =
                ChildProcess.run(
                        Launch.here(
                                List.of(
                                        keyscan,
                                        "-T",
                                        Integer.toString(SCAN_SECONDS),
                                        "-p",
                                        Integer.toString(server.port()),
                                        "--",
                                        server.host())),
                        PATIENCE);
        if (scanned.status() == Ended.NO_PROGRAM) {
            throw new IOException(
                    "There is no ssh-keyscan on this host: install OpenSSH's client there.");
        }
        List<String> trusted = lines();
        List<Offered> found = new ArrayList<>();
        for (String line : scanned.output().lines().limit(MOST_KEYS).toList()) {
            key(line)
                    .ifPresent(key ->
                            found.add(new Offered(key, trusted.contains(line(server, key)))));
        }
        if (found.isEmpty()) {
            throw new IOException(
                    "%s, port %d shows no host key%s. Check that sshd runs there, and the firewalls between."
                            .formatted(
                                    server.host(),
                                    server.port(),
                                    scanned.lastLine().isEmpty()
                                            ? ""
                                            : ": " + Quoted.sentence(scanned.lastLine())));
        }
        return found;
    }

    private static Optional<PublicKeyLine> key(String scanned) {
        String[] parts = scanned.split(" ", 2);
        try {
            return parts.length < 2 || scanned.startsWith("#")
                    ? Optional.empty()
                    : Optional.of(PublicKeyLine.of(parts[1]));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /**
     * Trusts the key of that fingerprint, and no other one of this server any more.
     *
     * @return the key; empty if the server has none of that fingerprint
     */
    Optional<PublicKeyLine> trust(Server server, String fingerprint) throws IOException {
        Optional<PublicKeyLine> key =
                offered(server).stream()
                        .map(Offered::line)
                        .filter(line -> line.fingerprint().equals(fingerprint))
                        .findFirst();
        if (key.isPresent()) {
            replace(server, key.get());
        }
        return key;
    }

    private synchronized void replace(Server server, PublicKeyLine key) throws IOException {
        List<String> kept = new ArrayList<>(lines());
        String before = name(server) + " ";
        kept.removeIf(line -> line.startsWith(before));
        kept.add(line(server, key));
        Place.write(file, String.join("\n", kept) + "\n");
    }

    /** Whether there are lines for the server, and all are of this key. */
    boolean knowsOnly(Server server, String fingerprint) throws IOException {
        String before = name(server) + " ";
        List<String> known = lines().stream().filter(line -> line.startsWith(before)).toList();
        return !known.isEmpty()
                && known.stream()
                        .allMatch(line ->
                                key(line)
                                        .filter(key -> key.fingerprint().equals(fingerprint))
                                        .isPresent());
    }

    private synchronized List<String> lines() throws IOException {
        return Files.exists(file) ? Files.readAllLines(file, UTF_8) : List.of();
    }

    private static String line(Server server, PublicKeyLine key) {
        return name(server) + " " + key.algorithm() + " " + key.base64();
    }

    private static String name(Server server) {
        return server.port() == SSH_PORT
                ? server.host()
                : "[" + server.host() + "]:" + server.port();
    }
}
