package dev.culvert.policy;

import static dev.culvert.policy.Verdict.ALLOW;
import static dev.culvert.policy.Verdict.ASK;
import static dev.culvert.policy.Verdict.DENY;
import static dev.culvert.policy.Written.read;
import static dev.culvert.policy.Written.run;
import static dev.culvert.policy.Written.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProjectKeysTest {
    private static final String EVERY_KEY =
            """
            {
              "agentUrl": "https://culvert.example.org/agents/coder",
              "apiKey": "${CULVERT_TOKEN}",
              "sessionTimeout": "30m",
              "projectPaths": ["~/src/shop"],
              "allowedPaths": ["src", "README.md"],
              "blockedPaths": ["**/.env"],
              "maxFileSize": "10MB",
              "allowedCommands": ["git", "npm run"],
              "requireConfirmation": ["rm", "sudo", "git push"],
              "toolPolicy": "strict",
              "autoCommit": true,
              "toolsPath": ".culvert/tools",
              "projectType": "auto-detect"
            }\
            """;

    private static final PolicyFile FILE = Written.file(Level.PROJECT, EVERY_KEY);
    private static final Policy POLICY = Policy.of(List.of(FILE));

    @Test
    void pathsAndSizesBecomeRulesOfFiles() {
        assertThat(read(POLICY, "src/a")).isEqualTo(ALLOW);
        assertThat(read(POLICY, "docs/a")).isEqualTo(DENY);
        assertThat(read(POLICY, "src/.env")).isEqualTo(DENY);
        assertThat(write(POLICY, "src/a", 10_000_000)).isEqualTo(ALLOW);
        assertThat(write(POLICY, "src/a", 10_000_001)).isEqualTo(DENY);
    }

    @Test
    void aSizeAllowsNoFileAndDeniesTheLargerOnesOfEveryRule() {
        Policy alone = Policy.of(List.of(project("{\"maxFileSize\": \"1MB\"}")));
        assertThat(read(alone, "a")).isEqualTo(DENY);
        assertThat(write(alone, "a", 1)).isEqualTo(DENY);

        Policy forbidding =
                Policy.of(List.of(project("{\"maxFileSize\": \"1MB\", \"default\": \"allow\"}")));
        assertThat(write(forbidding, "a", 1_000_000)).isEqualTo(ALLOW);
        assertThat(write(forbidding, "/tmp/a", 1_000_001)).isEqualTo(DENY);

        Policy withRule =
                Policy.of(
                        List.of(
                                project(
                                        "{\"maxFileSize\": \"1MB\", \"allowedPaths\": [\"src\"],"
                                                + " \"rules\": [{\"decision\": \"allow\","
                                                + " \"allowed_paths\": [\"doc\"]}]}")));
        assertThat(write(withRule, "doc/a", 1_000_000)).isEqualTo(ALLOW);
        assertThat(write(withRule, "doc/a", 1_000_001)).isEqualTo(DENY);
        Decision reading =
                withRule.decide(new Action.File("read_file", "doc/a", Action.Access.READ, 0));
        assertThat(reading.limits().maxFileBytes()).isEqualTo(1_000_000);
    }

    @Test
    void noShortKeyButThoseOfWhatIsAllowedAllowsAnything() {
        for (String key :
                List.of(
                        "\"blockedPaths\": [\"x\"]",
                        "\"blockedPaths\": []",
                        "\"maxFileSize\": \"1MB\"",
                        "\"requireConfirmation\": [\"rm\"]",
                        "\"requireConfirmation\": []",
                        "\"toolPolicy\": \"strict\"",
                        "\"toolPolicy\": \"confirm\"",
                        "\"toolPolicy\": \"read-only\"",
                        "\"allowedPaths\": []",
                        "\"allowedCommands\": []")) {
            Policy policy = Policy.of(List.of(project("{" + key + "}")));
            assertThat(read(policy, "a")).as(key).isEqualTo(DENY);
            assertThat(write(policy, "a", 1)).as(key).isNotEqualTo(ALLOW);
            assertThat(run(policy, "ls")).as(key).isNotEqualTo(ALLOW);
        }
    }

    @Test
    void commandsBecomeRulesOfCommands() {
        assertThat(run(POLICY, "git log")).isEqualTo(ALLOW);
        assertThat(run(POLICY, "npm run test")).isEqualTo(ALLOW);
        assertThat(run(POLICY, "npm install")).isEqualTo(DENY);
        assertThat(run(POLICY, "rm x")).isEqualTo(ASK);
        assertThat(run(POLICY, "git push")).isEqualTo(ASK);
        assertThat(run(POLICY, "curl x")).isEqualTo(DENY);
    }

    @Test
    void eachRuleSaysWhichKeyItComesFrom() {
        assertThat(FILE.rules().stream().map(rule -> rule.name() + " " + rule.where()))
                .startsWith("blockedPaths p.jsonc:7:3", "maxFileSize p.jsonc:8:3")
                .contains("requireConfirmation p.jsonc:10:3", "allowedCommands p.jsonc:9:3");
    }

    @Test
    void theOthersAreSettings() {
        assertThat(FILE.settings().texts())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "agentUrl", "https://culvert.example.org/agents/coder",
                                "apiKey", "the environment variable CULVERT_TOKEN",
                                "sessionTimeout", "30m",
                                "projectPaths", "~/src/shop",
                                "autoCommit", "true",
                                "toolsPath", ".culvert/tools",
                                "projectType", "auto-detect"));
    }

    @Test
    void aKeyItselfIsRefusedAndNotShown() {
        assertThatThrownBy(() -> project("{\"apiKey\": \"cvt_secret\"}"))
                .hasMessage(
                        "p.jsonc:1:2: apiKey is something else: it must be \"${VARIABLE}\" or"
                                + " {\"file\": PATH}, and not the key itself");
        assertThat(project("{\"apiKey\": {\"file\": \"/k\"}}").settings().texts())
                .containsEntry("apiKey", "the file /k");
    }

    @Test
    void aStricterToolPolicyIsAboutChangesAndCommands() {
        Policy confirm =
                Policy.of(
                        List.of(
                                project(
                                        "{\"toolPolicy\": \"confirm\", \"allowedPaths\": [\".\"],"
                                                + " \"allowedCommands\": [\"git\"]}")));
        assertThat(read(confirm, "a")).isEqualTo(ALLOW);
        assertThat(write(confirm, "a", 1)).isEqualTo(ASK);
        assertThat(run(confirm, "git log")).isEqualTo(ASK);
        Policy readOnly =
                Policy.of(
                        List.of(
                                project(
                                        "{\"toolPolicy\": \"read-only\", \"allowedPaths\":"
                                                + " [\".\"]}")));
        assertThat(read(readOnly, "a")).isEqualTo(ALLOW);
        assertThat(write(readOnly, "a", 1)).isEqualTo(DENY);
        assertThat(run(Policy.of(List.of(project("{\"toolPolicy\": \"strict\"}"))), "ls"))
                .isEqualTo(DENY);
    }

    private static PolicyFile project(String text) {
        try {
            return PolicyFile.read(Level.PROJECT, "p.jsonc", text);
        } catch (BadPolicyException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
