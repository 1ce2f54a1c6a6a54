package dev.culvert.daemon.client.settings;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Quoted;
import dev.culvert.policy.Level;
import dev.culvert.policy.PolicyFile;
import dev.culvert.policy.ProjectSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A folder in which tools work, and what its own file says.
 *
 * @param root an absolute path without symbolic links
 * @param file its {@code culvert.jsonc}, or that of a folder above for which it is
 * @param type of project, such as {@code maven}; empty if it is not known
 */
public record Project(Path root, Optional<PolicyFile> file, String type) {
    /** The name of the file. */
    public static final String FILE = "culvert.jsonc";

    private static final String REPOSITORY = ".git";
    private static final Set<String> WITHOUT_KEY = Set.of("autoCommit");

    /* A token is trusted for the daemon that it is for. */
    private static final Set<String> WITH_KEY = Set.of("autoCommit", "apiKey", "agentUrl");

    /**
     * The project of a folder. Its root is the first folder from there upwards that has a {@code
     * culvert.jsonc} or a repository of Git; without one, the folder itself. If the file names
     * folders ({@code projectPaths}) and {@code start} is in one of them, that is the root.
     *
     * @param home of the user, above which nothing is looked for
     * @throws UsageException if the folder cannot be used, or the file is refused or wrong
     */
    public static Project find(Path start, Path home) throws UsageException {
        Path from = real(start);
        Path top = Files.isDirectory(home) ? real(home) : home;
        for (Path folder = from; folder != null; folder = folder.getParent()) {
            boolean isOfThem = folder.equals(top) || folder.getParent() == null;
            if (isOfThem && !folder.equals(from)) {
                break; // the home folder is no project of everything below it
            }
            Path file = folder.resolve(FILE);
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                PolicyFile read = SettingsFile.read(Level.PROJECT, file);
                Path root =
                        deepest(read.settings().projectPaths(), folder, from, home)
                                .filter(it -> it.startsWith(file.resolveSibling("")))
                                .orElse(folder);
                return of(root, Optional.of(read));
            }
            if (Files.exists(folder.resolve(REPOSITORY), LinkOption.NOFOLLOW_LINKS)) {
                return of(folder, Optional.empty());
            }
        }
        return of(from, Optional.empty());
    }

    private static Project of(Path root, Optional<PolicyFile> file) {
        String said =
                file.flatMap(it -> it.settings().projectType()).orElse(ProjectType.AUTO).strip();
        return new Project(root, file, said.equals(ProjectType.AUTO) ? ProjectType.of(root) : said);
    }

    /**
     * The same project, or the folder that the user's file names and {@code start} is in: only
     * where the project says nothing itself.
     */
    Project orOneOf(List<String> folders, Path start, Path home) throws UsageException {
        if (file.isPresent()) {
            return this;
        }
        return deepest(folders, home, real(start), home).map(it -> of(it, file)).orElse(this);
    }

    /** The deepest of the folders that {@code start} is in. */
    private static Optional<Path> deepest(List<String> folders, Path base, Path start, Path home)
            throws UsageException {
        Path best = null;
        for (String text : folders) {
            Path folder = SettingsFile.path(text, base, home);
            boolean isDeeper = best == null || folder.getNameCount() > best.getNameCount();
            if (start.startsWith(folder) && isDeeper) {
                best = folder;
            }
        }
        return Optional.ofNullable(best);
    }

    private static Path real(Path folder) throws UsageException {
        try {
            Path real = folder.toRealPath();
            if (!Files.isDirectory(real)) {
                throw new UsageException(
                        Quoted.word(folder.toString())
                                + " is no folder: name one with --project, or start there");
            }
            return real;
        } catch (UsageException e) {
            throw e;
        } catch (IOException e) {
            throw new UsageException(
                    Quoted.word(folder.toString()) + " is no project: " + FileTrouble.why(e));
        }
    }

    /** What the file says; nothing if there is none. */
    public ProjectSettings settings() {
        return file.map(PolicyFile::settings).orElse(ProjectSettings.NONE);
    }

    /** Those of its settings that count only where it is trusted, by the names of their keys. */
    public Map<String, String> trusted() {
        Map<String, String> trusted = new TreeMap<>(settings().texts());
        trusted.keySet().retainAll(settings().apiKey().isPresent() ? WITH_KEY : WITHOUT_KEY);
        return trusted;
    }

    /** A sentence for a model that is to work in it. */
    public String introduction() {
        String name = root.getFileName() == null ? root.toString() : root.getFileName().toString();
        String kind = type.isEmpty() ? "" : ", a project of the type " + Quoted.word(type);
        return "You work in the folder %s%s. Paths are relative to it."
                .formatted(Quoted.word(name), kind);
    }
}
