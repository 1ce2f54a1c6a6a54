package dev.culvert.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What explains the settings' keys is what the code says of them. */
class KeyReferenceTest {
    private static final String WRITE = "CULVERT_WRITE_REFERENCES";

    @Test
    void everyKeyIsExplained() throws Exception {
        assertThat(KeyReference.unexplained(KeyReference.rows()))
                .as("keys without a comment of their own in %s", KeyReference.SHIPPED)
                .isEmpty();
    }

    @Test
    void theKeysOfEveryListOfObjectsAreKnown() throws Exception {
        assertThat(KeyReference.listsWithoutExample(read(KeyReference.ONE_OF_EACH)))
                .as("lists that ONE_OF_EACH has no element of")
                .isEmpty();
    }

    @Test
    void aListOfObjectsThatIsForgottenIsFound() throws Exception {
        String nested = "{\"agents\": [{\"id\": \"a\", \"cid\": 3}]}";
        assertThat(KeyReference.listsWithoutExample(read(nested)))
                .contains("providers", "budgets.agents")
                .doesNotContain("agents", "agents[0].tool_allowlist", "http.allowed_hosts");
    }

    private static Settings<DaemonSettings> read(String text) throws Exception {
        return Settings.read(List.of(Layer.text("test", text)), DaemonSettings::read);
    }

    @Test
    void aKeyThatHasARangeOrNeedsARestartIsSaidTo() throws Exception {
        assertThat(KeyReference.rows())
                .anySatisfy(row -> {
                    assertThat(row.key()).isEqualTo("link.max_in_flight");
                    assertThat(row.range()).isEqualTo("it must be at least 1");
                    assertThat(row.change()).isEqualTo("reload");
                    assertThat(row.beyond()).isEqualTo("429");
                })
                .anySatisfy(row -> {
                    assertThat(row.key()).isEqualTo("event_loops");
                    assertThat(row.range()).isEqualTo("it must be from 0 to 1024");
                    assertThat(row.change()).isEqualTo("restart");
                });
    }

    @Test
    void theResourceOfExplainIsUpToDate() throws Exception {
        isUpToDate(KeyReference.RESOURCE, KeyReference.json(KeyReference.rows()));
    }

    @Test
    void thePageOfKeysIsUpToDate() throws Exception {
        isUpToDate(KeyReference.PAGE, KeyReference.page(KeyReference.rows()));
    }

    private static void isUpToDate(Path file, String text) throws Exception {
        if (System.getenv(WRITE) != null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        }
        String there = Files.exists(file) ? Files.readString(file) : "";
        List<String> lines = there.lines().toList();
        assertThat(lines)
                .as("%s; to write it again, run this test with %s=1", file, WRITE)
                .containsExactlyElementsOf(text.lines().toList());
    }
}
