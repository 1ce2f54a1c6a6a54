package dev.culvert.daemon.fleet;

import dev.culvert.daemon.config.OwnerOnly;

import org.jspecify.annotations.Nullable;

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

/**
 * Keeps what clients want of agents over restarts, where there is a directory for it. Blocks.
 *
 * <p>One file for each agent: a line with the revision, a line with the hash of what the settings
 * file wanted at the time, and the payload. Once the settings file wants something else, it counts
 * again.
 */
public final class DesiredStore {
    private final @Nullable Path directory;

    public DesiredStore(@Nullable Path stateDirectory) {
        directory = stateDirectory == null ? null : stateDirectory.resolve("desired");
    }

    /** What was kept for the agent; null when nothing was, or the settings file has changed. */
    @Nullable Desired load(String agentId, String inSettings) throws IOException {
        if (directory == null) {
            return null;
        }
        List<String> lines;
        try {
            lines = Files.readString(file(agentId)).lines().toList();
        } catch (NoSuchFileException _) {
            return null;
        } catch (CharacterCodingException _) {
            throw damaged(agentId, "its text is not UTF-8");
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

    /** It says which tools the agent may use: a guess might allow more. */
    private IOException damaged(String agentId, String how) {
        return new IOException(
                "%s is damaged, %s: it keeps what agent '%s' is to be configured to; restore it, or remove it, and the configuration of the settings counts again"
                        .formatted(file(agentId), how, agentId));
    }

    synchronized void save(String agentId, String inSettings, Desired desired) throws IOException {
        if (directory == null) {
            return;
        }
        String text = desired.revision() + "\n" + hash(inSettings) + "\n" + desired.payload();
        OwnerOnly.write(file(agentId), text);
    }

    synchronized void forget(String agentId) throws IOException {
        if (directory != null) {
            Files.deleteIfExists(file(agentId));
        }
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
        Path file = directory == null ? Path.of(agentId) : directory.resolve(agentId);
        return file.resolveSibling(file.getFileName() + ".desired");
    }
}
