package dev.culvert.daemon.client.settings;

import dev.culvert.daemon.client.Contexts;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.keys.KeySource;
import dev.culvert.settings.SecretSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where {@code apiKey} of a file says that the token is.
 *
 * @param base the folder that a relative path is below: the project's, or the user's home
 */
record ApiKey(SecretSource source, Path base, Path home) {
    private static final String VARIABLES = "CULVERT_";

    /** The file, if it is in one. */
    Optional<Path> file() throws UsageException {
        return source instanceof SecretSource.FromFile(Path path)
                ? Optional.of(SettingsFile.path(path.toString(), base, home))
                : Optional.empty();
    }

    /** The place, which the user has said. */
    KeySource ofUser() throws UsageException {
        Optional<Path> file = file();
        return file.isPresent()
                ? new KeySource.InFile(file.get())
                : new KeySource.InVariable(variable());
    }

    /**
     * The place, which a project has said: it comes from others, who must not choose any secret of
     * the user.
     *
     * @param contexts of the user
     */
    KeySource ofProject(Contexts contexts) throws UsageException {
        KeySource key = ofUser();
        boolean mayBe =
                switch (key) {
                    case KeySource.InFile(Path path) -> isBelow(path);
                    case KeySource.InVariable(String name) ->
                            name.startsWith(VARIABLES)
                                    || contexts.contexts().values().stream()
                                            .anyMatch(context -> context.key().equals(key));
                    case KeySource.None _, KeySource.InKeyring _ -> false;
                };
        if (!mayBe) {
            throw new UsageException(
                    "the project's file takes the token from %s (apiKey), so nothing is sent: a project can only name a file below %s, or a variable that begins with %s or is one of a context of yours"
                            .formatted(key.text(), base, VARIABLES));
        }
        return key;
    }

    /* Also where a link leads. */
    private boolean isBelow(Path file) {
        try {
            return file.startsWith(base)
                    && (!Files.exists(file) || file.toRealPath().startsWith(base));
        } catch (IOException _) {
            return false;
        }
    }

    private String variable() {
        return switch (source) {
            case SecretSource.FromVariable(String name) -> name;
            case SecretSource.FromFile _,
                    SecretSource.FromCredential _,
                    SecretSource.FromCommand _,
                    SecretSource.Plain _ ->
                    throw new IllegalStateException("apiKey takes no such source");
        };
    }
}
