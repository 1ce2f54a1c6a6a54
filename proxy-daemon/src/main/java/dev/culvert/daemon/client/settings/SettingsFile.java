package dev.culvert.daemon.client.settings;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.Quoted;
import dev.culvert.policy.BadPolicyException;
import dev.culvert.policy.Level;
import dev.culvert.policy.PolicyFile;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Reads files of settings and rules, which nobody else may be able to change. */
final class SettingsFile {
    private SettingsFile() {}

    /**
     * Reads one.
     *
     * @throws UsageException if it is refused, or wrong: then with every mistake
     */
    static PolicyFile read(Level level, Path file) throws UsageException {
        String text = GuardedFile.read(file, PolicyFile.MAX_BYTES);
        try {
            return PolicyFile.read(level, file.toString(), text);
        } catch (BadPolicyException e) {
            throw new UsageException(
                    "%s is not used, because it has mistakes:%n%s"
                            .formatted(Quoted.sentence(file.toString()), e.getMessage()));
        }
    }

    /** The same; nothing if there is certainly no such file. */
    static Optional<PolicyFile> find(Level level, Path file) throws UsageException {
        return Files.notExists(file, LinkOption.NOFOLLOW_LINKS)
                ? Optional.empty()
                : Optional.of(read(level, file));
    }

    /** A path of such a file, which may begin with {@code ~/}. */
    static Path path(String text, Path folder, Path home) throws UsageException {
        try {
            Path path = text.startsWith("~/") ? home.resolve(text.substring(2)) : Path.of(text);
            return folder.resolve(path).normalize();
        } catch (InvalidPathException e) {
            throw new UsageException("'%s' is no path".formatted(Quoted.word(text)));
        }
    }
}
