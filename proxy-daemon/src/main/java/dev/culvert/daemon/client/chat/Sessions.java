package dev.culvert.daemon.client.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.io.Quoted;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The sessions of a project, each a file that only its owner may read: {@code
 * sessions/PROJECT/ID.json}, where {@code PROJECT} is a digest of its folder, and while an exchange
 * goes on {@code ID.part}.
 */
final class Sessions {
    /** Of a project; beyond it, the oldest go. */
    static final int MOST = 50;

    /** Half of a UTF-16 character is at most 3 bytes, and JSON may escape it. */
    private static final int MOST_BYTES = 8 * Conversation.MOST_BYTES;

    private static final String SUFFIX = ".json";
    private static final String DRAFT = ".part";
    private static final String ID = "[a-z2-7]{6}";
    private static final String DIGITS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path folder;
    private final Path project;

    /**
     * @param state where everything is kept
     * @param project an absolute path
     */
    Sessions(Path state, Path project) {
        this.project = project;
        folder = state.resolve("sessions").resolve(digest(project.toString()));
    }

    private static String digest(String text) {
        try {
            byte[] all = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return HexFormat.of().formatHex(all, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** A new one, which is on the disk once something was said in it. */
    Saved begin(String agent, Instant now) {
        return new Saved(freshId(), project.toString(), agent, now, now, List.of(), false);
    }

    private String freshId() {
        while (true) {
            StringBuilder id = new StringBuilder();
            for (int i = 0; i < 6; i++) {
                id.append(DIGITS.charAt(RANDOM.nextInt(DIGITS.length())));
            }
            if (!Files.exists(file(id.toString()))) {
                return id.toString();
            }
        }
    }

    private Path file(String id) {
        return folder.resolve(id + SUFFIX);
    }

    /** Where an exchange of the session is kept while it goes on. */
    Path draft(Saved session) {
        return folder.resolve(session.id() + DRAFT);
    }

    /** Removes one in which nothing was said. */
    void forget(Saved session) throws IOException {
        Files.deleteIfExists(file(session.id()));
        Files.deleteIfExists(draft(session));
    }

    /** All of this project, the last used first; one that cannot be read is left out. */
    List<Saved> all() throws IOException {
        List<Saved> all = new ArrayList<>();
        for (Path file : files()) {
            try {
                all.add(read(file));
            } catch (IOException _) {
                // a file that somebody has damaged keeps nobody from the others
            }
        }
        all.sort(Comparator.comparing(Saved::used).reversed());
        return all;
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(it -> it.getFileName().toString().matches(ID + "\\.json")).toList();
        }
    }

    /** The last used one, if it was used after that time. */
    Optional<Saved> last(Instant since) throws IOException {
        return all().stream().findFirst().filter(it -> it.used().isAfter(since));
    }

    /**
     * The one of this id.
     *
     * @throws UsageException if this project has none
     */
    Saved find(String id) throws IOException {
        if (!id.matches(ID) || !Files.exists(file(id))) {
            throw new UsageException(
                    "there is no session '%s' of %s: culvert chat --sessions lists them"
                            .formatted(Quoted.word(id), Quoted.sentence(project.toString())));
        }
        return read(file(id));
    }

    private static Saved read(Path file) throws IOException {
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MOST_BYTES);
        }
        try {
            Saved saved = Saved.of(Value.parse(new String(bytes, UTF_8)));
            if (!file.endsWith(saved.id() + SUFFIX)) {
                throw new IOException("the session %s says another id: remove it".formatted(file));
            }
            return saved;
        } catch (BadValueException e) {
            throw new IOException(
                    "the session %s cannot be read: %s; remove it".formatted(file, e.getMessage()),
                    e);
        }
    }

    /** Writes it as a whole or not at all, and removes the oldest if there are too many. */
    void keep(Saved session) throws IOException {
        try {
            byte[] bytes = session.value().json().getBytes(UTF_8);
            OwnerOnly.write(file(session.id()), ByteBuffer.wrap(bytes));
            List<Saved> all = all();
            for (Saved old : all.subList(Math.min(MOST, all.size()), all.size())) {
                forget(old);
            }
        } catch (IOException e) {
            throw new IOException("the session cannot be kept: " + FileTrouble.of(e), e);
        }
    }
}
