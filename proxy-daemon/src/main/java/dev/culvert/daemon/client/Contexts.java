package dev.culvert.daemon.client;

import dev.culvert.about.Spelling;
import dev.culvert.daemon.client.http.Server;
import dev.culvert.daemon.client.keys.KeySource;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The daemons that a user has given names to, in {@code contexts.jsonc}.
 *
 * @param current the name of the one that is used if nothing else is said; empty for none
 */
public record Contexts(String current, Map<String, Context> contexts) {
    private static final String FILE = "contexts.jsonc";

    /**
     * How one daemon is reached. The token itself is never in the file.
     *
     * @param key where the token is
     * @param authorities a file of certificates in PEM; empty for those that Java knows
     * @param agent with which {@code culvert chat} talks; empty if it is always named
     */
    public record Context(String url, KeySource key, String authorities, String agent) {
        private static Context of(Value value) {
            return new Context(
                    value.text("url"), key(value), value.text("ca_file"), value.text("agent"));
        }

        private static KeySource key(Value value) {
            if (!value.text("token_file").isEmpty()) {
                return new KeySource.InFile(Path.of(value.text("token_file")));
            }
            if (!value.text("token_env").isEmpty()) {
                return new KeySource.InVariable(value.text("token_env"));
            }
            return value.text("token_keyring").isEmpty()
                    ? new KeySource.None()
                    : new KeySource.InKeyring(value.text("token_keyring"));
        }

        private Value value() {
            Map<String, Value> members = new LinkedHashMap<>();
            members.put("url", Value.of(url));
            switch (key) {
                case KeySource.None _ -> {}
                case KeySource.InFile(Path path) ->
                        members.put("token_file", Value.of(path.toString()));
                case KeySource.InVariable(String name) -> members.put("token_env", Value.of(name));
                case KeySource.InKeyring(String name) ->
                        members.put("token_keyring", Value.of(name));
            }
            put(members, "ca_file", authorities);
            put(members, "agent", agent);
            return new Value.Members(members);
        }

        private static void put(Map<String, Value> members, String name, String text) {
            if (!text.isEmpty()) {
                members.put(name, Value.of(text));
            }
        }
    }

    /** The file in {@code folder}; no contexts if there is none. */
    static Contexts read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        Map<String, Context> contexts = new LinkedHashMap<>();
        try {
            Value value = Value.parseCommented(Files.readString(file));
            value.at("contexts")
                    .map()
                    .forEach((name, each) -> contexts.put(name, Context.of(each)));
            return new Contexts(value.text("current"), contexts);
        } catch (NoSuchFileException _) {
            return new Contexts("", contexts);
        } catch (BadValueException e) {
            throw new UsageException(
                    "%s cannot be read: %s. Correct it, or delete it and add the contexts again."
                            .formatted(file, e.getMessage()));
        }
    }

    /** The one with this name. */
    public Context require(String name) throws UsageException {
        Context context = contexts.get(name);
        if (context == null) {
            throw new UsageException(
                    contexts.isEmpty()
                            ? "there is no context '%s': add it with culvert context add %s --url URL"
                                    .formatted(name, name)
                            : "there is no context '%s': there are %s%s"
                                    .formatted(
                                            name,
                                            String.join(", ", contexts.keySet()),
                                            Spelling.question(name, contexts.keySet())));
        }
        return context;
    }

    /** With one more, or with another in its place. */
    public Contexts with(String name, Context context) {
        Map<String, Context> more = new LinkedHashMap<>(contexts);
        more.put(name, context);
        return new Contexts(current.isEmpty() ? name : current, more);
    }

    /** The name of one at that address, the current one if it is there. */
    public Optional<String> nameOf(Server server) {
        return Stream.concat(Stream.of(current), contexts.keySet().stream())
                .filter(name -> isAt(contexts.get(name), server))
                .findFirst();
    }

    private static boolean isAt(@Nullable Context context, Server server) {
        try {
            return context != null && Server.parse(context.url).equals(server);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    public Contexts using(String name) {
        return new Contexts(name, contexts);
    }

    /** Replaces the file, which only its owner may read. */
    void write(Path folder) throws IOException {
        Map<String, Value> members = new LinkedHashMap<>();
        contexts.forEach((name, each) -> members.put(name, each.value()));
        Value value = Value.members("current", current, "contexts", new Value.Members(members));
        Files.createDirectories(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path next =
                Files.createTempFile(
                        folder,
                        FILE,
                        ".new",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(next, value.prettyJson() + "\n");
        Files.move(
                next,
                folder.resolve(FILE),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
