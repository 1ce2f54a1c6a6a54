package dev.culvert.daemon.client.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.policy.Level;
import dev.culvert.policy.PolicyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page about the settings has each that there is, and its examples are good files. */
class ProjectSettingsPageTest {
    private static final Path PAGE = Path.of("docs/project-settings.md");
    private static final Pattern EXAMPLE = Pattern.compile("(?s)```jsonc\n(.*?)```");
    private static final String EVERY =
            """
            {"agentUrl": "https://h", "apiKey": "${K}", "sessionTimeout": "1h",
             "projectPaths": ["a"], "autoCommit": true, "toolsPath": "t", "projectType": "x",
             "commands": "off", "telemetryUrl": "http://h", "localRuntime": "echo",
             "localRuntimeKind": "openai", "localModel": "m", "localKeyFile": "/k"}
            """;

    @Test
    void everySettingHasARow() throws Exception {
        String page = Files.readString(PAGE);
        String table =
                page.substring(page.indexOf("\n## Settings\n"), page.indexOf("## The daemon"));
        Set<String> rows =
                Pattern.compile("(?m)^\\| ([^|]+) \\|")
                        .matcher(table)
                        .results()
                        .flatMap(row -> Pattern.compile("`(\\w+)`").matcher(row.group(1)).results())
                        .map((MatchResult key) -> key.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(rows)
                .isEqualTo(
                        new TreeSet<>(
                                PolicyFile.read(Level.USER, "all", EVERY)
                                        .settings()
                                        .texts()
                                        .keySet()));
    }

    @Test
    void itsExamplesAreGood() throws Exception {
        int files = 0;
        for (MatchResult example : EXAMPLE.matcher(Files.readString(PAGE)).results().toList()) {
            String text = example.group(1);
            if (text.contains("\"parameters\"")) {
                assertThat(Plugin.read("deploy", "p", text, "the page").network()).isTrue();
            } else {
                Level level = text.contains("localRuntime") ? Level.USER : Level.PROJECT;
                assertThat(PolicyFile.read(level, "the page", text).warnings()).isEmpty();
                files++;
            }
        }
        assertThat(files).isEqualTo(3);
    }
}
