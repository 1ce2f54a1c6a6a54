package dev.culvert.daemon.state;

import dev.culvert.daemon.fleet.Desired;
import dev.culvert.daemon.fleet.DesiredStore;
import dev.culvert.io.FileTrouble;
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
 * One file for each agent: a line with the revision, a line with the hash of what the settings file
 * wanted at the time, and the payload. Once the settings file wants something else, it counts
 * again.
 */
/* Which files there are is read once, at the start: so a disk that hangs later stops nobody who has
 * no file. */
final class DesiredFiles implements DesiredStore {
    private static final String SUFFIX = ".desired";

    private final Path directory;
    private final Runnable onFailure;
    private final Set<String> held = ConcurrentHashMap.newKeySet();

    /**
     * Looks which files there are. Blocks.
     *
     * @param onFailure run for each file that cannot be used
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
            // It is made when there is something to keep.
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
            OwnerOnly.write(file(agentId), text);
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

    /** It says which tools the agent may use: a guess might allow more. */
    private IOException damaged(String agentId, String how) {
        onFailure.run();
        return new IOException(
                "%s is damaged, %s: it keeps what agent '%s' is to be configured to; restore it, or remove it, and the configuration of the settings counts again"
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

    /** An id has letters, digits, dots, hyphens and underscores only, and so is a file's name. */
    private Path file(String agentId) {
        return directory.resolve(agentId + SUFFIX);
    }
}
