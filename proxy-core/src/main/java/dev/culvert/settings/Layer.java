package dev.culvert.settings;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One layer of settings. */
@FunctionalInterface
public interface Layer {

    /** Its value for a path such as {@code http.listen}, or null; the empty path is the whole. */
    @Nullable Node at(String path);

    /** Mistakes that show only when it is known which paths there are. */
    default List<Mistake> mistakes(Collection<String> paths) {
        return List.of();
    }

    /** A file of JSON, in which comments and trailing commas are allowed. */
    static Layer file(Path file) throws BadSettingsException {
        return JsoncReader.read(file);
    }

    /** The text of such a file; messages use {@code name} instead of the file's. */
    static Layer text(String name, String text) throws BadSettingsException {
        return JsoncReader.read(name, text);
    }

    /**
     * The variables that start with {@code prefix}: for {@code http.listen} it is {@code
     * PREFIX_HTTP_LISTEN}. Lists are split at commas, or written as JSON. Other variables with the
     * prefix are ignored, unless one looks like a misspelt setting.
     */
    static Layer environment(String prefix, Map<String, String> variables) {
        return new Environment(prefix, variables);
    }
}
