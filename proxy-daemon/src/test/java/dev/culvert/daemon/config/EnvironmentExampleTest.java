package dev.culvert.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The example of a file of variables. */
class EnvironmentExampleTest {
    private static final Path EXAMPLE = Path.of("dist/culvert.env.example");
    private static final Pattern VARIABLE = Pattern.compile("(?m)^#([A-Z][A-Z0-9_]*)=\\S*$");
    private static final Pattern KEY = Pattern.compile("(?m)^\\| `([a-z0-9_.]+)` \\|");

    /** What the launchers and the command read, which is no key of the settings. */
    private static final Set<String> OTHERS =
            Set.of(
                    "CULVERT_CONFIG",
                    "CULVERT_JAVA_OPTIONS",
                    "CULVERT_URL",
                    "CULVERT_TOKEN",
                    "CULVERT_TOKEN_FILE");

    private static List<String> variables() throws IOException {
        return VARIABLE.matcher(Files.readString(EXAMPLE))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @Test
    void eachLineIsACommentSoThatACopyChangesNothing() throws IOException {
        assertThat(Files.readAllLines(EXAMPLE))
                .allSatisfy(line -> assertThat(line).matches("|#.*"));
    }

    @Test
    void namesWhatBothProvidersNeed() throws IOException {
        assertThat(variables())
                .contains(
                        "OPENAI_API_KEY",
                        "OPENAI_BASE_URL",
                        "ANTHROPIC_API_KEY",
                        "ANTHROPIC_AUTH_TOKEN",
                        "ANTHROPIC_BASE_URL");
    }

    @Test
    void eachVariableOfTheDaemonIsAKeyOfItsSettings() throws IOException {
        Set<String> keys =
                KEY.matcher(Files.readString(Path.of("docs/keys.md")))
                        .results()
                        .map(match ->
                                "CULVERT_"
                                        + match.group(1).toUpperCase(Locale.ROOT).replace('.', '_'))
                        .collect(Collectors.toSet());
        assertThat(variables())
                .contains("CULVERT_HTTP_LISTEN", "CULVERT_URL")
                .filteredOn(it -> it.startsWith("CULVERT_") && !it.startsWith("CULVERT_AGENT_"))
                .filteredOn(it -> !OTHERS.contains(it))
                .isSubsetOf(keys);
    }
}
