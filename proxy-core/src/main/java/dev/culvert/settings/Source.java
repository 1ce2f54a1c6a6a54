package dev.culvert.settings;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One layer of settings. */
@FunctionalInterface
public interface Source {

    /**
     * What it says for a path such as {@code http.listen}, or null; the empty path is the whole.
     */
    @Nullable Node at(String path);

    /** What is wrong with it as a whole, once it is clear which paths there are. */
    default List<Mistake> mistakes(Collection<String> paths) {
        return List.of();
    }

    /** A file of JSON, in which comments and trailing commas are allowed. */
    static Source file(Path file) throws BadSettingsException {
        return JsoncReader.read(file);
    }

    /** The text of such a file; {@code name} stands in messages for the file's. */
    static Source text(String name, String text) throws BadSettingsException {
        return JsoncReader.read(name, text);
    }

    /**
     * The variables that start with {@code prefix}: for {@code http.listen} it is {@code
     * PREFIX_HTTP_LISTEN}. Lists are split at commas, or written as JSON. What no setting has is
     * left alone, for others may use the same prefix, unless it looks like a slip of the pen.
     */
    static Source environment(String prefix, Map<String, String> variables) {
        return new Environment(prefix, variables);
    }
}
