package dev.culvert.daemon.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.fleet.Desired;
import dev.culvert.daemon.fleet.DesiredStore;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One file for each agent: the revision on the first line, the hash of the configuration in the
 * settings on the second, then the payload. When the settings contain another configuration, the
 * file no longer counts.
 */
/* The directory is listed once, at the start: a disk that hangs later delays only agents that have a
 * file. */
final class DesiredFiles implements DesiredStore {
    private static final String SUFFIX = ".desired";

    private final Path directory;
    private final Runnable onFailure;
    private final Set<String> held = ConcurrentHashMap.newKeySet();

    /**
     * Lists the files. Blocks.
     *
     * @param onFailure runs for each file that cannot be used
     */
    DesiredFiles(Path stateDirectory, Runnable onFailure) throws IOException {
        this.directory = stateDirectory.resolve("desired");
        this.onFailure = onFailure;
        try (Stream<Path> files = Files.list(directory)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .forEach(held::add);
        } catch (NoSuchFileException _) {
            // The first save creates it.
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public boolean mayHold(String agentId) {
        return held.contains(agentId);
    }

    @Override
    public @Nullable Desired load(String agentId, String inSettings) throws IOException {
        if (!mayHold(agentId)) {
            return null;
        }
        List<String> lines;
        try {
            lines = Files.readString(file(agentId)).lines().toList();
        } catch (NoSuchFileException _) {
            return null;
        } catch (CharacterCodingException _) {
            throw damaged(agentId, "its text is not UTF-8");
        } catch (IOException e) {
            throw failed(e);
        }
        if (lines.size() < 3
                || !lines.get(0).matches("[0-9]{1,18}")
                || !lines.get(1).matches("[0-9a-f]{64}")) {
            throw damaged(agentId, "its first lines are not a revision and a hash");
        }
        return lines.get(1).equals(hash(inSettings))
                ? new Desired(
                        Long.parseLong(lines.get(0)),
                        String.join("\n", lines.subList(2, lines.size())))
                : null;
    }

    @Override
    public void save(String agentId, String inSettings, Desired desired) throws IOException {
        held.add(agentId);
        String text = desired.revision() + "\n" + hash(inSettings) + "\n" + desired.payload();
        try {
            OwnerOnly.write(file(agentId), UTF_8.encode(text));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void forget(String agentId) throws IOException {
        if (!mayHold(agentId)) {
            return;
        }
        try {
            Files.deleteIfExists(file(agentId));
        } catch (IOException e) {
            throw failed(e);
        }
        held.remove(agentId);
    }

    /** Not guessed at: the file says which tools the agent may use. */
    private IOException damaged(String agentId, String how) {
        onFailure.run();
        return new IOException(
                "%s is damaged, %s: it contains the desired configuration of agent '%s'; restore it, or remove it to use the configuration of the settings"
                        .formatted(file(agentId), how, agentId));
    }

    private IOException failed(IOException cause) {
        onFailure.run();
        return new IOException(FileTrouble.of(cause), cause);
    }

    private static String hash(String text) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** An id has only letters, digits, dots, hyphens and underscores, so it is a safe file name. */
    private Path file(String agentId) {
        return directory.resolve(agentId + SUFFIX);
    }
}
