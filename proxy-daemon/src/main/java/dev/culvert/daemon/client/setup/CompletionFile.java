package dev.culvert.daemon.client.setup;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a shell of this user looks for completions.
 *
 * @param shell its name
 * @param todo what the user has to do besides; empty for nothing
 */
public record CompletionFile(String shell, Path path, String todo) {
    private static final Map<String, Path> OF_THE_PACKAGE =
            Map.of(
                    "bash", Path.of("/usr/share/bash-completion/completions/culvert"),
                    "zsh", Path.of("/usr/share/zsh/vendor-completions/_culvert"),
                    "fish", Path.of("/usr/share/fish/vendor_completions.d/culvert.fish"));

    /** That of the user's shell; nothing for a shell that is not known. */
    public static Optional<CompletionFile> of(Map<String, String> environment) {
        String home = environment.getOrDefault("HOME", "");
        if (!home.startsWith("/")) {
            return Optional.empty();
        }
        Path data = place(environment.get("XDG_DATA_HOME"), Path.of(home, ".local/share"));
        Path config = place(environment.get("XDG_CONFIG_HOME"), Path.of(home, ".config"));
        String program = environment.getOrDefault("SHELL", "");
        return switch (program.substring(program.lastIndexOf('/') + 1)) {
            case "bash" ->
                    Optional.of(
                            new CompletionFile(
                                    "bash",
                                    data.resolve("bash-completion/completions/culvert"),
                                    ""));
            case "zsh" -> {
                Path folder = data.resolve("zsh/site-functions");
                yield Optional.of(
                        new CompletionFile(
                                "zsh",
                                folder.resolve("_culvert"),
                                "add 'fpath=(%s $fpath)' to ~/.zshrc, before compinit"
                                        .formatted(folder)));
            }
            case "fish" ->
                    Optional.of(
                            new CompletionFile(
                                    "fish", config.resolve("fish/completions/culvert.fish"), ""));
            default -> Optional.empty();
        };
    }

    private static Path place(@Nullable String said, Path otherwise) {
        return said != null && said.startsWith("/") ? Path.of(said) : otherwise;
    }

    /** Whether a package has installed it for all users. */
    public boolean isOfThePackage() {
        Path file = OF_THE_PACKAGE.get(shell);
        return file != null && Files.exists(file);
    }

    /** Replaces the file. */
    public void write(String script) throws IOException {
        Files.createDirectories(path.getParent());
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        Files.write(fresh, script.getBytes(UTF_8));
        Files.move(
                fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
