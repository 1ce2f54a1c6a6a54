package dev.culvert.daemon.client.explain;

import dev.culvert.about.Spelling;
import dev.culvert.daemon.client.host.DaemonFile;
import dev.culvert.value.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** All keys of the daemon's settings. */
public final class Keys {
    private static final String FILE = "keys.json";

    private final List<KeyFacts> all;

    private Keys(List<KeyFacts> all) {
        this.all = all;
    }

    /** Those of this version. */
    public static Keys load() {
        try (InputStream file = Keys.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException(FILE + " was not packed with this class");
            }
            Value tree = Value.parse(new String(file.readAllBytes(), StandardCharsets.UTF_8));
            return new Keys(tree.at("keys").list().stream().map(KeyFacts::of).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Also for one object of a list, such as {@code agents[3].id}, and for a variable. */
    public Optional<KeyFacts> find(String key) {
        String plain = key.replaceFirst("\\[\\d+]", "[]");
        return all.stream()
                .filter(it -> it.key().equals(plain) || variable(it).equals(key))
                .findFirst();
    }

    /** Those of a section, such as {@code http}. */
    public List<KeyFacts> in(String section) {
        String prefix = section.replaceFirst("\\[]$", "");
        return all.stream()
                .filter(it ->
                        it.key().startsWith(prefix + ".") || it.key().startsWith(prefix + "[]."))
                .toList();
    }

    public List<KeyFacts> all() {
        return all;
    }

    /** The key that someone may have meant: by its whole name, or by its last part. */
    public Optional<String> nearest(String wrong) {
        List<String> names = all.stream().map(KeyFacts::key).toList();
        return names.stream()
                .filter(name -> name.endsWith("." + wrong))
                .findFirst()
                .or(() -> Spelling.nearest(wrong, names));
    }

    static String variable(KeyFacts key) {
        return DaemonFile.variable(key.key());
    }
}
