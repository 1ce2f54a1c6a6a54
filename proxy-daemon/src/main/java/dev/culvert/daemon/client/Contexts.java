package dev.culvert.daemon.client;

import dev.culvert.about.Spelling;
import dev.culvert.daemon.client.value.BadValueException;
import dev.culvert.daemon.client.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;

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
     * @param tokenFile empty if no token is needed
     * @param authorities a file of certificates in PEM; empty for those that Java knows
     */
    public record Context(String url, String tokenFile, String authorities) {}

    /** The file in {@code folder}; no contexts if there is none. */
    static Contexts read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        Map<String, Context> contexts = new LinkedHashMap<>();
        try {
            Value value = Value.parseCommented(Files.readString(file));
            value.at("contexts")
                    .map()
                    .forEach((name, each) ->
                            contexts.put(
                                    name,
                                    new Context(
                                            each.text("url"),
                                            each.text("token_file"),
                                            each.text("ca_file"))));
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

    public Contexts using(String name) {
        return new Contexts(name, contexts);
    }

    /** Replaces the file, which only its owner may read. */
    void write(Path folder) throws IOException {
        Map<String, Value> members = new LinkedHashMap<>();
        contexts.forEach((name, each) -> members.put(name, value(each)));
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

    private static Value value(Context context) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("url", Value.of(context.url));
        if (!context.tokenFile.isEmpty()) {
            members.put("token_file", Value.of(context.tokenFile));
        }
        if (!context.authorities.isEmpty()) {
            members.put("ca_file", Value.of(context.authorities));
        }
        return new Value.Members(members);
    }
}
