package dev.culvert.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Key;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Node;
import dev.culvert.settings.Position;
import dev.culvert.settings.Section;
import dev.culvert.settings.Settings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes rules of a file's text. */
final class PolicyReader {
    /** What a file has. */
    private record Written(
            List<WrittenRule> rules,
            @Nullable Verdict byDefault,
            @Nullable ProjectKeys keys,
            ProjectSettings settings) {}

    private final Level level;

    /** The tests that failed. */
    private final Set<String> failed = new HashSet<>();

    private PolicyReader(Level level) {
        this.level = level;
    }

    static PolicyFile read(Level level, String name, String text) throws BadPolicyException {
        if (text.length() > PolicyFile.MAX_BYTES) {
            throw tooLarge(name, "bytes", PolicyFile.MAX_BYTES);
        }
        PolicyReader reader = new PolicyReader(level);
        try {
            Layer layer = Layer.text(name, text);
            Settings<Written> settings = Settings.read(List.of(layer), reader::written);
            if (settings.value().rules.size() > PolicyFile.MAX_RULES) {
                throw tooLarge(name, "rules", PolicyFile.MAX_RULES);
            }
            return reader.file(name, settings, version(layer));
        } catch (BadSettingsException e) {
            boolean onlyTests =
                    !reader.failed.isEmpty() && reader.failed.size() == e.mistakes().size();
            throw new BadPolicyException(e.mistakes(), onlyTests);
        }
    }

    /** Without comments; the text is known to be a policy. */
    static String strict(String text) {
        try {
            return Objects.requireNonNull(Layer.text("policy", text).at("")).json();
        } catch (BadSettingsException e) {
            throw new IllegalArgumentException("it is no policy", e);
        }
    }

    private static BadPolicyException tooLarge(String name, String of, int most) {
        return new BadPolicyException(
                List.of(
                        "%s: it has more than %d %s, the most of a policy"
                                .formatted(name, most, of)),
                false);
    }

    private boolean isOfPeople() {
        return level == Level.PROJECT || level == Level.USER;
    }

    private Written written(Section root) {
        Verdict byDefault = root.find("default", Kind.choice(Verdict.class)).orElse(null);
        List<WrittenRule> rules =
                root.sections("rules", section -> WrittenRule.read(section, level, failed));
        return isOfPeople()
                ? new Written(
                        rules, byDefault, ProjectKeys.read(root), ProjectKeys.settings(root, level))
                : new Written(rules, byDefault, null, ProjectSettings.NONE);
    }

    private PolicyFile file(String name, Settings<Written> settings, String version) {
        Written written = settings.value();
        List<Rule> asked = new ArrayList<>();
        List<Rule> all = new ArrayList<>();
        if (written.keys != null) {
            List<Rule> ofKeys = written.keys.rules(level, places(settings.keys()));
            asked.addAll(ofKeys);
            all.addAll(ofKeys);
        }
        for (WrittenRule rule : written.rules) {
            asked.add(rule.rule());
            all.addAll(rule.all());
        }
        if (written.keys != null) {
            written.keys
                    .maxFileSize()
                    .ifPresent(size -> {
                        asked.replaceAll(rule -> rule.upTo(size));
                        all.replaceAll(rule -> rule.upTo(size));
                    });
        }
        Verdict byDefault =
                written.byDefault != null
                        ? written.byDefault
                        : all.isEmpty() && !decides(written) ? Verdict.ALLOW : Verdict.DENY;
        return new PolicyFile(
                level,
                name,
                all,
                byDefault,
                written.settings,
                asked,
                written.rules.stream().mapToInt(WrittenRule::tests).sum(),
                version);
    }

    /* Also an empty list says that something is allowed, or that nothing is. */
    private static boolean decides(Written written) {
        return written.keys != null && !written.keys.isEmpty();
    }

    private static UnaryOperator<String> places(List<Key> keys) {
        Map<String, Position> places =
                keys.stream()
                        .filter(key -> key.setAt() != null)
                        .collect(
                                Collectors.toMap(
                                        Key::path, key -> Objects.requireNonNull(key.setAt())));
        return key -> Objects.requireNonNull(places.get(key)).toString();
    }

    /** Of what decides, and not of settings such as a URL. */
    private static String version(Layer layer) {
        Map<String, String> members = new TreeMap<>();
        if (layer.at("") instanceof Node.Members root) {
            root.nodes()
                    .forEach((name, node) -> {
                        if (name.equals("rules")
                                || name.equals("default")
                                || ProjectKeys.NAMES.contains(name)) {
                            members.put(name, node.json());
                        }
                    });
        }
        return Digest.of(members.toString().getBytes(UTF_8));
    }
}
