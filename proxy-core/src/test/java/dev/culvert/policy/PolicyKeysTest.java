package dev.culvert.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Key;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page that lists the keys of a policy file has those that there are. */
class PolicyKeysTest {
    private static final Path PAGE = Path.of("../proxy-daemon/docs/policy-file.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\w+)` \\|");

    @Test
    void thePageListsEveryKeyAndNoOther() throws IOException, BadSettingsException {
        Set<String> onPage =
                ROW.matcher(Files.readString(PAGE))
                        .results()
                        .map((MatchResult row) -> row.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> keys = new TreeSet<>(Set.of("rules", "default"));
        Layer rule = Layer.text("rule", "{\"decision\": \"allow\"}");
        for (Key key : Settings.read(List.of(rule), RuleKeys::read).keys()) {
            keys.add(key.path());
        }
        Layer project = Layer.text("project", "{}");
        for (Key key : Settings.read(List.of(project), ProjectKeys::read).keys()) {
            keys.add(key.path());
        }
        for (Key key :
                Settings.read(
                                List.of(project),
                                section -> ProjectKeys.settings(section, Level.USER))
                        .keys()) {
            keys.add(key.path());
        }
        assertThat(onPage).isEqualTo(keys);
    }
}
