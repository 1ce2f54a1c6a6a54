package dev.culvert.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.policy.Level;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolSettingsTest {
    private static final String POLICY =
            """
            {"rules": [ // of the house
              {"decision": "allow", "tools": ["read_file"]}, {"decision": "deny", "tools": []},
            ]}\
            """;

    @TempDir private Path folder;

    private static ToolSettings read(String json) throws BadSettingsException {
        return Settings.read(List.of(Layer.text("culvertd.jsonc", json)), DaemonSettings::read)
                .value()
                .tools();
    }

    private List<String> mistakes(String json) {
        return catchThrowableOfType(BadSettingsException.class, () -> read(json)).mistakes();
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    @Test
    void eachAgentGetsThoseThatAreAboveIt() throws Exception {
        ToolSettings tools =
                read(
                        """
                        {"tools": {
                          "policy": "%s",
                          "tenants": [{"tenant": "acme", "policy": "%s"}, {"tenant": "none"}],
                          "agents": [{"agent": "web-1", "policy": "%s"}]
                        }}\
                        """
                                .formatted(
                                        file("host", POLICY),
                                        file("tenant", POLICY),
                                        file("agent", POLICY)));

        assertThat(tools.of("acme", "web-1"))
                .extracting(ToolPolicy::level)
                .containsExactly(Level.HOST, Level.TENANT, Level.AGENT);
        assertThat(tools.of("other", "web-1"))
                .extracting(ToolPolicy::level)
                .containsExactly(Level.HOST, Level.AGENT);
        assertThat(tools.of("none", "web-2"))
                .extracting(ToolPolicy::level)
                .containsExactly(Level.HOST);
    }

    @Test
    void agentsGetItAsStrictJson() throws Exception {
        String file = file("host", POLICY);

        ToolPolicy policy =
                read("{\"tools\": {\"policy\": \"" + file + "\"}}").policy().orElseThrow();

        assertThat(policy.json())
                .isEqualTo(
                        "{\"rules\": [{\"decision\": \"allow\", \"tools\": [\"read_file\"]},"
                                + " {\"decision\": \"deny\", \"tools\": []}]}");
        assertThat(policy.rules().written()).hasSize(2);
    }

    @Test
    void aRuleThatCanMatchNothingIsWarnedOfWithItsLine() throws Exception {
        String file = file("host", POLICY);

        assertThat(read("{\"tools\": {\"policy\": \"" + file + "\"}}").warnings())
                .singleElement()
                .asString()
                .startsWith(file + ":2:50: rules[1] can match nothing");
    }

    @Test
    void aFileThatIsNoPolicyIsAMistakeWithItsLine() throws Exception {
        String file = file("host", "{\"rules\": [\n  {\"decision\": \"alow\"}]}");

        assertThat(mistakes("{\"tools\": {\"policy\": \"" + file + "\"}}"))
                .singleElement()
                .asString()
                .contains("culvertd.jsonc:1:12: tools.policy: the policy is not applied: ")
                .contains(file + ":2:4: rules[0].decision is \"alow\"")
                .contains("did you mean allow?")
                .endsWith("'culvert policy test --level host FILE' checks it");
    }

    @Test
    void aFileThatIsMissingOrALinkIsAMistake() throws Exception {
        Path link = folder.resolve("link");
        Files.createSymbolicLink(link, Path.of(file("host", POLICY)));

        assertThat(mistakes("{\"tools\": {\"policy\": \"" + folder.resolve("none") + "\"}}"))
                .singleElement()
                .asString()
                .endsWith("none cannot be read: there is no such file");
        assertThat(
                        mistakes(
                                "{\"tools\": {\"agents\": [{\"agent\": \"a\", \"policy\": \""
                                        + link
                                        + "\"}]}}"))
                .singleElement()
                .asString()
                .contains("tools.agents[0].policy: ")
                .endsWith("it is a symbolic link: name the file that it leads to");
    }

    @Test
    void aTenantOrAnAgentHasOnePolicy() {
        assertThat(
                        mistakes(
                                "{\"tools\": {\"tenants\": [{\"tenant\": \"a\"}, {\"tenant\": \"a\"}]}}"))
                .singleElement()
                .asString()
                .contains("there is a policy of that tenant already");
        assertThat(mistakes("{\"tools\": {\"agents\": [{\"agent\": \"a\"}, {\"agent\": \"a\"}]}}"))
                .singleElement()
                .asString()
                .contains("there is a policy of that agent already");
        assertThat(mistakes("{\"tools\": {\"agents\": [{}]}}"))
                .singleElement()
                .asString()
                .contains("say which agent this is");
    }
}
