package dev.culvert.daemon.sshkeys;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.sshkeys.RefusedException.Kind;
import dev.culvert.io.OwnerOnly;
import dev.culvert.io.Quoted;
import dev.culvert.process.ChildProcess;
import dev.culvert.process.Ended;
import dev.culvert.process.Launch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The keys in one directory. Each method blocks; no two run at once for the same directory, except
 * that anything may read.
 */
public final class SshKeys {
    /** The name of the directory below {@code state_dir}. */
    public static final String DIRECTORY = "keys";

    /** What a key can be named: with nothing that ends the name of a file. */
    public static final String NAME_PATTERN = "[A-Za-z0-9][A-Za-z0-9_-]{0,31}";

    public static final String NAME_TAKES =
            "1 to 32 of A-Z, a-z, 0-9, underscore and hyphen, a letter or digit first, and does not"
                    + " end in -cert";

    /** How many keys there may be. */
    public static final int MOST = 256;

    static final String CERTIFICATE = "-cert.pub";
    private static final String PUBLIC = ".pub";
    private static final String FORMER = ".former";

    /** No key can have this name. */
    private static final String FRESH = ".fresh";

    private static final int MOST_COMMENT = 128;
    private static final long MOST_FILE_BYTES = 64 * 1024;
    private static final Pattern NAME = Pattern.compile(NAME_PATTERN);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path directory;
    private final String keygen;

    /**
     * @param keygen how ssh-keygen is called
     */
    public SshKeys(Path directory, String keygen) {
        this.directory = directory;
        this.keygen = keygen;
    }

    /** Whether a key can have the name. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches() && !name.endsWith("-cert");
    }

    /**
     * Makes a key.
     *
     * @param comment at its end; empty for {@code culvert:NAME}
     * @throws RefusedException if it is there already, or cannot be made so
     * @throws IOException one clause, if it cannot be kept
     */
    public SshKey generate(String name, KeyType type, String comment)
            throws IOException, RefusedException {
        check(name);
        if (comment.length() > MOST_COMMENT
                || !comment.chars().allMatch(c -> c >= ' ' && c < 127)) {
            throw new RefusedException(
                    Kind.MALFORMED,
                    "The comment of a key takes at most %d printable ASCII characters: give another one."
                            .formatted(MOST_COMMENT));
        }
        if (Files.exists(file(name))) {
            throw new RefusedException(
                    Kind.CONFLICT,
                    "There is a key %s already: use it, culvert keys rotate %s, or choose another name."
                            .formatted(name, name));
        }
        if (all().size() >= MOST) {
            throw new RefusedException(
                    Kind.CONFLICT,
                    "There are %d keys, and no more are kept: remove one with culvert keys rm."
                            .formatted(MOST));
        }
        keep(file(name), make(type, comment.isEmpty() ? "culvert:" + name : comment));
        return find(name);
    }

    /** The texts of the two files of a new key. */
    private record Pair(String privateFile, String publicFile) {
        /** Without the private key. */
        @Override
        public String toString() {
            return publicFile;
        }
    }

    private Pair make(KeyType type, String comment) throws IOException, RefusedException {
        if (type == KeyType.ED25519) {
            Ed25519Key key = Ed25519Key.generate(comment);
            return new Pair(key.privateFile(), key.publicLine().text() + "\n");
        }
        OwnerOnly.createDirectories(directory);
        Path fresh = directory.resolve(FRESH);
        remove(fresh); // what an end of the daemon has left
        try {
            Ended made =
                    ChildProcess.run(
                            Launch.here(
                                    List.of(
                                            keygen,
                                            "-q",
                                            "-t",
                                            type.label(),
                                            "-b",
                                            Integer.toString(type.bits()),
                                            "-N",
                                            "",
                                            "-C",
                                            comment,
                                            "-f",
                                            fresh.toString())),
                            PATIENCE);
            if (!made.isGood()) {
                throw new RefusedException(
                        Kind.CONFLICT,
                        made.status() == Ended.NO_PROGRAM
                                ? "There is no ssh-keygen on this host, which makes %s keys: install OpenSSH's client, or make an ed25519 key."
                                        .formatted(type.label())
                                : "ssh-keygen made no key: %s. Make an ed25519 key, which needs no program."
                                        .formatted(Quoted.sentence(made.lastLine())));
            }
            return new Pair(Files.readString(fresh), Files.readString(publicOf(fresh)));
        } finally {
            remove(fresh);
        }
    }

    /** The private part first: {@link #mend} makes the public one from it. */
    private void keep(Path file, Pair pair) throws IOException {
        write(file, pair.privateFile());
        write(publicOf(file), pair.publicFile());
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    /**
     * Makes another key of the same type and comment in the place of this one. The former one stays
     * beside it until the next rotation; its certificate does not fit the new one, and goes.
     */
    /* After each step there is a key that works: the former one until its private part is replaced, then the new one. */
    public SshKey rotate(String name) throws IOException, RefusedException {
        check(name);
        mend(name);
        SshKey key = find(name);
        KeyType type =
                KeyType.of(key.line().kind().toLowerCase(Locale.ROOT)).orElse(KeyType.ED25519);
        Pair next = make(type, key.line().comment());
        keep(
                directory.resolve(name + FORMER),
                new Pair(Files.readString(key.file()), Files.readString(publicFile(name))));
        keep(key.file(), next);
        Files.deleteIfExists(key.certificateFile());
        return find(name);
    }

    /**
     * For the start, when nothing else uses the directory: makes whole what a crash has left half
     * done.
     *
     * @return the names of the keys that were mended
     */
    public List<String> mend() throws IOException {
        List<String> mended = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return mended;
        }
        remove(directory.resolve(FRESH));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path each : files) {
                String file = String.valueOf(each.getFileName());
                if (file.endsWith(OwnerOnly.UNFINISHED)) {
                    Files.deleteIfExists(each); // it may be half a private key
                } else if (isName(file) && mend(file)) {
                    mended.add(file);
                }
            }
        }
        return mended;
    }

    private boolean mend(String name) throws IOException {
        boolean former = mendPublic(directory.resolve(name + FORMER), name);
        boolean own = mendPublic(file(name), name);
        return mendCertificate(name) || own || former;
    }

    private static boolean mendPublic(Path file, String name) throws IOException {
        Optional<PublicKeyLine> its = PrivateKeyFile.publicLine(file);
        Optional<PublicKeyLine> beside = line(publicOf(file));
        if (its.isEmpty()
                || beside.map(PublicKeyLine::base64).equals(its.map(PublicKeyLine::base64))) {
            return false;
        }
        PublicKeyLine line = its.get();
        String text = line.comment().isEmpty() ? line.text() + " culvert:" + name : line.text();
        write(publicOf(file), text + "\n");
        return true;
    }

    private boolean mendCertificate(String name) throws IOException {
        Path file = directory.resolve(name + CERTIFICATE);
        Optional<PublicKeyLine> certificate = line(file);
        Optional<PublicKeyLine> key = line(publicFile(name));
        return certificate.isPresent()
                && key.isPresent()
                && !certificate.get().certifies(key.get())
                && Files.deleteIfExists(file);
    }

    /**
     * Keeps a certificate, which has to be for this key.
     *
     * @param line as {@code ssh-keygen -s} writes it
     */
    public SshKey certify(String name, String line) throws IOException, RefusedException {
        SshKey key = find(name);
        PublicKeyLine certificate;
        try {
            certificate = PublicKeyLine.of(line);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    Kind.MALFORMED,
                    "This is no certificate: %s. Send the line of the file that ssh-keygen -s wrote."
                            .formatted(e.getMessage()));
        }
        if (!certificate.isCertificate() || !certificate.certifies(key.line())) {
            throw new RefusedException(
                    Kind.MALFORMED,
                    "This is no certificate for the key %s: sign its public key, which culvert keys show %s prints."
                            .formatted(name, name));
        }
        write(key.certificateFile(), certificate.text() + "\n");
        return find(name);
    }

    /** Removes the key with its certificate, and the former one. */
    public void remove(String name) throws IOException, RefusedException {
        SshKey key = find(name);
        remove(key.file());
        Files.deleteIfExists(key.certificateFile());
        remove(directory.resolve(name + FORMER));
    }

    /** By name. What is in the directory and cannot be read as a key is left out. */
    public List<SshKey> all() throws IOException {
        List<SshKey> keys = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return keys;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + PUBLIC)) {
            for (Path each : files) {
                String file = String.valueOf(each.getFileName());
                String name = file.substring(0, file.length() - PUBLIC.length());
                if (isName(name) && Files.exists(file(name))) {
                    read(name).ifPresent(keys::add);
                }
            }
        }
        keys.sort(Comparator.comparing(SshKey::name));
        return keys;
    }

    /**
     * The key of that name.
     *
     * @throws RefusedException if there is none
     */
    public SshKey find(String name) throws IOException, RefusedException {
        check(name);
        if (Files.exists(file(name)) && Files.exists(publicFile(name))) {
            return read(name)
                    .orElseThrow(() ->
                            new RefusedException(
                                    Kind.CONFLICT,
                                    "The file %s is no public key: write it again with ssh-keygen -y -f %s."
                                            .formatted(publicFile(name), file(name))));
        }
        throw new RefusedException(
                Kind.UNKNOWN,
                "There is no key '%s': culvert keys list shows those there are, and culvert keys generate %s makes it."
                        .formatted(name, name));
    }

    private Optional<SshKey> read(String name) throws IOException {
        Optional<PublicKeyLine> line = line(publicFile(name));
        if (line.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new SshKey(
                        name,
                        file(name),
                        line.get(),
                        line(directory.resolve(name + CERTIFICATE)),
                        Files.getLastModifiedTime(file(name)).toInstant(),
                        line(publicOf(directory.resolve(name + FORMER)))));
    }

    private static Optional<PublicKeyLine> line(Path file) throws IOException {
        if (!Files.exists(file) || Files.size(file) > MOST_FILE_BYTES) {
            return Optional.empty();
        }
        try {
            return Optional.of(PublicKeyLine.of(new String(Files.readAllBytes(file), UTF_8)));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static void check(String name) throws RefusedException {
        if (!isName(name)) {
            throw new RefusedException(
                    Kind.MALFORMED,
                    "A key cannot be named '%s': a name has %s."
                            .formatted(Quoted.word(name), NAME_TAKES));
        }
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private Path publicFile(String name) {
        return publicOf(file(name));
    }

    private static Path publicOf(Path file) {
        return file.resolveSibling(file.getFileName() + PUBLIC);
    }

    private static void remove(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(publicOf(file));
    }

    private static void write(Path file, String text) throws IOException {
        OwnerOnly.write(file, ByteBuffer.wrap(text.getBytes(UTF_8)));
    }
}
