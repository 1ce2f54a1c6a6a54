package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert policy} without any daemon. */
class PolicyCommandTest {
    private static final String POLICY =
            """
            {
              "allowedCommands": ["git"],
              "agentUrl": "https://host/agents/coder",
              "rules": [
                {"decision": "deny", "command": ["git", "push"], "any_argument": ["--force"],
                 "reason": "ask a colleague", "match": ["git push --force"],
                 "not_match": ["git push"]},
                {"decision": "allow", "tools": ["read_file"], "allowed_paths": ["src"]}
              ]
            }\
            """;

    @TempDir private Path folder;

    @Test
    void aGoodFilePassesItsTests() throws IOException {
        CommandRun run = policy("test", file("a.jsonc", POLICY));
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .matches("\\S+a\\.jsonc: ok, 3 rules, 2 tests, version sha256:[0-9a-f]{64}\\R");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void testsThatFailAreNoMistakeOfWriting() throws IOException {
        String bad = POLICY.replace("[\"git push\"]", "[\"git push --force x\"]");
        CommandRun run = policy("test", file("a.jsonc", bad), file("b.jsonc", POLICY));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("a.jsonc:7:20: rules[0].not_match[0] is");
        assertThat(run.out()).contains("b.jsonc: ok");
    }

    @Test
    void aFileThatIsNotWellWrittenIsWrongUsage() throws IOException {
        CommandRun run = policy("test", file("a.jsonc", "{\"rule\": 1}"), "-o", "json");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).contains("a.jsonc:1:2: unknown key 'rule': did you mean 'rules'?");
        CommandRun missing = policy("test", folder.resolve("none").toString());
        assertThat(missing.code()).isEqualTo(2);
        assertThat(missing.err()).endsWith("none: there is no such file\n");
        assertThat(policy("test", file("a.jsonc", POLICY), "--level", "hots").err())
                .contains("'hots' is no level", "did you mean host?");
    }

    @Test
    void aRuleThatCanMatchNothingIsAWarning() throws IOException {
        CommandRun run =
                policy(
                        "test",
                        file("a.jsonc", "{\"rules\": [{\"decision\": \"deny\", \"tools\": []}]}"));
        assertThat(run.code()).isZero();
        assertThat(run.err()).contains("warning: ", "a.jsonc:1:12: rules[0] can match nothing");
    }

    @Test
    void aDecisionIsExplained() throws IOException, BadValueException {
        CommandRun run = policy("explain", file("a.jsonc", POLICY), "git push --force");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("deny", "rules[0]", "a.jsonc:5:5", "ask a colleague")
                .contains("allowedCommands allow");
        Value words =
                Value.parse(
                        policy("explain", file("a.jsonc", POLICY), "-o", "json", "--", "git", "log")
                                .out());
        assertThat(words.text("decision")).isEqualTo("allow");
        assertThat(words.text("rule")).isEqualTo("allowedCommands");
        assertThat(words.text("limits")).startsWith("at most 2m, 1MiB of output, without network");
    }

    @Test
    void filesAndToolsAreExplainedToo() throws IOException {
        String file = file("a.jsonc", POLICY);
        assertThat(policy("explain", file, "--read", "src/a").out()).contains("allow", "rules[1]");
        assertThat(policy("explain", file, "--write", "src/a").out()).contains("deny");
        assertThat(policy("explain", file, "--tool", "read_file").out()).contains("deny");
        assertThat(policy("explain", file, "ls", "--read", "x").code()).isEqualTo(2);
        assertThat(policy("explain", file, "ls | wc").err())
                .contains("that cannot be explained: it contains an unquoted '|'");
    }

    @Test
    void anUpperFileNarrows() throws IOException {
        String host =
                file(
                        "host.jsonc",
                        "{\"default\": \"allow\", \"rules\": [{\"decision\": \"ask\", \"command\": [\"git\"]}]}");
        CommandRun run = policy("explain", "--host", host, file("a.jsonc", POLICY), "git log");
        assertThat(run.out()).contains("ask", "host.jsonc:1:32");
    }

    @Test
    void withoutAnActionAllRulesAndSettingsAreListed() throws IOException {
        CommandRun run = policy("explain", file("a.jsonc", POLICY));
        assertThat(run.out())
                .containsPattern("allowedCommands +allow +command: git … ")
                .containsPattern("rules\\[0] +deny +command: git push with any of --force …")
                .containsPattern("default +deny +everything else")
                .containsPattern("agentUrl +https://host/agents/coder +the daemon and the agent");
    }

    @Test
    void eachShortKeyIsShownWithWhatItBecomes() throws IOException, BadValueException {
        String file =
                file(
                        "user.jsonc",
                        """
                        {"allowedPaths": ["src"], "blockedPaths": ["**/.env"], "maxFileSize": "10MB",
                         "allowedCommands": ["npm test"], "requireConfirmation": ["rm"],
                         "toolPolicy": "read-only", "agentUrl": "https://h/agents/a",
                         "apiKey": "${KEY}", "sessionTimeout": "1h", "projectPaths": ["a"],
                         "autoCommit": true, "toolsPath": "t", "projectType": "x",
                         "commands": "off", "telemetryUrl": "http://h", "localRuntime": "echo",
                         "localRuntimeKind": "openai", "localModel": "m", "localKeyFile": "/k"}
                        """);
        Value shown =
                Value.parse(
                        policy("explain", "--user", file, file("p.jsonc", "{}"), "-o", "json")
                                .out());

        assertThat(shown.at("rules").list().stream().map(PolicyCommandTest::ruleOf).toList())
                .contains(
                        "allowedPaths allow read, write, list: src/**",
                        "blockedPaths deny read, write, list: **/.env/**",
                        "maxFileSize deny read, write, list: ** over 10000000 bytes",
                        "allowedCommands allow command: npm test …",
                        "requireConfirmation ask command: rm …",
                        "toolPolicy deny write: **",
                        "toolPolicy deny command: any",
                        "default deny everything else");
        assertThat(shown.at("settings").list())
                .hasSize(13)
                .allSatisfy(setting -> {
                    assertThat(setting.text("value")).isNotEmpty();
                    assertThat(setting.text("means")).isNotEmpty();
                    assertThat(setting.text("level")).isEqualTo("user");
                });
    }

    private static String ruleOf(Value rule) {
        return rule.text("rule") + " " + rule.text("decision") + " " + rule.text("about");
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private CommandRun policy(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "policy";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return new User(folder).run(all);
    }
}
