package dev.culvert.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyFileTest {
    @Test
    void allMistakesAreToldAtOnceWithTheirPlaces() {
        BadPolicyException bad =
                bad(
                        """
                        {
                          "rules": [
                            {"decision": "alow", "command": ["git"]},
                            {"command": ["git"], "allowed_paths": ["x"]},
                            {"decision": "allow", "comand": ["git"]},
                            {"decision": "deny", "blocked_paths": ["../x"]},
                            {"decision": "deny", "command": ["rm"], "timeout": "1s"},
                            {"decision": "allow", "arguments": ["x"]}
                          ],
                          "rule": []
                        }\
                        """);
        assertThat(bad.mistakes())
                .containsExactly(
                        "p.jsonc:3:6: rules[0].decision is \"alow\": it must be one of allow, ask,"
                                + " deny; did you mean allow?",
                        "p.jsonc:4:5: rules[1]: 'decision' is missing: it is one of allow, ask,"
                                + " deny",
                        "p.jsonc:5:27: unknown key 'rules[2].comand': did you mean"
                                + " 'rules[2].command'?",
                        "p.jsonc:6:44: rules[3].blocked_paths[0]: it contains '..': write a path"
                                + " below the project's folder, or a whole path",
                        "p.jsonc:7:45: rules[4].timeout is set in a rule that denies, which does"
                                + " not take it: nothing runs",
                        "p.jsonc:8:27: rules[5].arguments is set, but the rule has no 'command':"
                                + " only such a rule takes it",
                        "p.jsonc:10:3: unknown key 'rule': did you mean 'rules'?");
        assertThat(bad.isReadable()).isFalse();
    }

    @Test
    void anEmptyListIsNotTakenForAnything() {
        BadPolicyException bad =
                bad(
                        """
                        {"rules": [
                          {"decision": "allow", "command": ["git"], "arguments": []},
                          {"decision": "allow", "command": ["git"], "any_argument": []},
                          {"decision": "allow", "command": ["git"], "working_directory": []},
                          {"decision": "allow", "command": ["git"], "require_confirmation": []},
                          {"decision": "deny", "access": []},
                          {"decision": "allow", "command": ["ls"], "arguments": [],
                           "any_argument": [], "working_directory": []}
                        ]}\
                        """);
        assertThat(bad.mistakes())
                .containsExactly(
                        "p.jsonc:2:45: rules[0].arguments is an empty list: leave it out to take"
                                + " any, or write [\"\"] to take none",
                        "p.jsonc:3:45: rules[1].any_argument is an empty list: leave it out to"
                                + " take any, or write what one of them must match",
                        "p.jsonc:4:45: rules[2].working_directory is an empty list: leave it out"
                                + " for any, or write [\".\"] for the project's folder",
                        "p.jsonc:5:45: rules[3].require_confirmation is an empty list: leave it"
                                + " out to ask about none, or write what to ask about",
                        "p.jsonc:6:24: rules[4].access is an empty list: leave it out for all of"
                                + " read, write and list",
                        "p.jsonc:7:44: rules[5].arguments is an empty list: leave it out to take"
                                + " any, or write [\"\"] to take none",
                        "p.jsonc:8:4: rules[5].any_argument is an empty list: leave it out to"
                                + " take any, or write what one of them must match",
                        "p.jsonc:8:24: rules[5].working_directory is an empty list: leave it out"
                                + " for any, or write [\".\"] for the project's folder");
        assertThat(bad.isReadable()).isFalse();
    }

    @Test
    void aCommandCanBeAllowedWithoutArguments() {
        PolicyFile file =
                Written.file(
                        """
                        {"rules": [
                          {"decision": "allow", "command": ["ls"], "arguments": [""],
                           "match": ["ls"], "not_match": ["ls -l", "ls /"]}
                        ]}\
                        """);
        assertThat(file.tests()).isEqualTo(3);
    }

    @Test
    void aPolicyWhoseTestsFailIsNotApplied() {
        BadPolicyException bad =
                bad(
                        """
                        {"rules": [
                          {"decision": "allow", "command": ["git", ["log", "status"]],
                           "match": ["git status -s", "git push"], "not_match": ["git log", "git"]}
                        ]}\
                        """);
        assertThat(bad.mistakes())
                .containsExactly(
                        "p.jsonc:3:31: rules[0].match[1] is \"git push\", which the rule does not"
                                + " match: correct the rule or the example",
                        "p.jsonc:3:58: rules[0].not_match[0] is \"git log\", which the rule"
                                + " matches: correct the rule or the example");
        assertThat(bad.isReadable()).isTrue();
    }

    @Test
    void testsAreCommandsPathsOrTools() {
        PolicyFile file =
                Written.file(
                        """
                        {"rules": [
                          {"decision": "allow", "command": ["git"],
                           "match": ["git 'a b'", ["git", "a b"]], "not_match": ["gitk"]},
                          {"decision": "allow", "tools": ["read_*"], "allowed_paths": ["src"],
                           "blocked_paths": ["**/.env"], "match": ["src/a"],
                           "not_match": ["doc/a", "src/.env", "src/../b"]},
                          {"decision": "allow", "tools": ["mcp__*"], "match": ["mcp__x"],
                           "not_match": ["xmcp__x"]}
                        ]}\
                        """);
        assertThat(file.tests()).isEqualTo(9);
        assertThat(file.warnings()).isEmpty();
    }

    @Test
    void anExampleOfACommandRunsWhereItsRuleIsAbout() {
        PolicyFile file =
                Written.file(
                        """
                        {"rules": [
                          {"decision": "allow", "command": ["npm"], "arguments": ["test"],
                           "working_directory": ["web", "docs"],
                           "match": ["npm test"], "not_match": ["npm install"]},
                          {"decision": "deny", "command": ["make"],
                           "working_directory": ["/srv/*-old/**/lib*"], "match": ["make all"]}
                        ]}\
                        """);
        assertThat(file.tests()).isEqualTo(3);
        assertThat(
                        bad("""
                        {"rules": [{"decision": "allow", "command": ["npm"],
                         "working_directory": ["web"], "not_match": ["npm install"]}]}\
                        """)
                                .mistakes())
                .containsExactly(
                        "p.jsonc:2:46: rules[0].not_match[0] is \"npm install\", which the rule"
                                + " matches: correct the rule or the example");
    }

    @Test
    void anExampleOfAFileIsAboutTheAccessOfItsRule() {
        for (String access : List.of("read", "write", "list")) {
            PolicyFile file =
                    Written.file(
                            """
                            {"rules": [{"decision": "allow", "access": ["%s"],
                             "allowed_paths": ["src"], "max_file_bytes": "1KiB",
                             "match": ["src/a"], "not_match": ["doc/a"]}]}\
                            """
                                    .formatted(access));
            assertThat(file.tests()).isEqualTo(2);
        }
    }

    @Test
    void anExampleOfAFileMayHaveASize() {
        PolicyFile file =
                Written.file(
                        """
                        {"rules": [{"decision": "allow", "access": ["read"],
                         "allowed_paths": ["src"], "max_file_bytes": "1KiB",
                         "match": [{"path": "src/a", "bytes": 1024}, {"path": "src/a", "bytes": "0"}],
                         "not_match": [{"path": "src/a", "bytes": "2KiB"}, {"bytes": 1, "path": "doc/a"}]}]}\
                        """);
        assertThat(file.tests()).isEqualTo(4);

        assertThat(
                        bad("""
                        {"rules": [{"decision": "allow", "allowed_paths": ["src"], "max_file_bytes": "1KiB",
                         "match": [{"path": "src/a", "bytes": "1025"}]}]}\
                        """)
                                .getMessage())
                .contains(
                        "match[0] is {\"path\": \"src/a\", \"bytes\": \"1025\"}, which the rule does");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"path\": \"src/a\"}",
                "{\"path\": 7, \"bytes\": 1}",
                "{\"path\": \"src/a\", \"bytes\": true}",
                "{\"path\": \"src/a\", \"bytes\": \"much\"}",
                "{\"path\": \"src/a\", \"bytes\": -1}",
                "{\"path\": \"src/a\", \"bytes\": 1, \"mode\": 7}"
            })
    void anExampleThatIsNoFileWithASizeIsAMistake(String example) {
        assertThat(
                        bad("""
                        {"rules": [{"decision": "allow", "allowed_paths": ["src"], "match": [%s]}]}\
                        """
                                        .formatted(example))
                                .getMessage())
                .contains("match");
    }

    @Test
    void onlyAFileHasASize() {
        assertThat(
                        bad("""
                        {"rules": [{"decision": "allow", "command": ["ls"],
                         "match": [{"path": "ls", "bytes": 1}]}]}\
                        """)
                                .getMessage())
                .contains("only a file has a size");
    }

    @Test
    void anExampleThatNeedsAShellIsAMistake() {
        assertThat(
                        bad("""
                        {"rules": [{"decision": "allow", "command": ["ls"],
                         "match": ["ls | wc"]}]}\
                        """)
                                .getMessage())
                .isEqualTo(
                        "p.jsonc:2:12: rules[0].match[0] is \"ls | wc\": it contains an unquoted"
                                + " '|', which needs a shell: quote it, or write sh -c '…'");
    }

    @Test
    void aRuleThatCanMatchNothingIsAWarning() {
        PolicyFile file =
                Written.file(
                        """
                        {"rules": [
                          {"decision": "allow", "tools": []},
                          {"decision": "allow", "command": ["bash", "-c"]},
                          {"decision": "allow", "command": ["rm", "-r"]},
                          {"decision": "deny", "command": ["rm"]},
                          {"decision": "allow", "allowed_paths": []},
                          {"decision": "allow", "tools": ["read_file"], "access": ["write"]},
                          {"decision": "allow", "tools": ["list_dir"], "command": ["ls"]},
                          {"decision": "allow", "command": ["git", []]},
                          {"decision": "allow", "allowed_paths": ["src/main"]},
                          {"decision": "allow", "allowed_paths": ["lib"],
                           "blocked_paths": ["src", "tmp"]}
                        ]}\
                        """);
        assertThat(file.warnings())
                .containsExactly(
                        "p.jsonc:2:3: rules[0] can match nothing: its tools are an empty list",
                        "p.jsonc:3:3: rules[1] can match nothing: its command is a shell, which"
                                + " needs \"shell\": true",
                        "p.jsonc:4:3: rules[2] can match nothing: rules[3] (p.jsonc:5:3) denies"
                                + " all that it is about",
                        "p.jsonc:6:3: rules[4] can match nothing: its paths are an empty list",
                        "p.jsonc:7:3: rules[5] can match nothing: its tools do nothing of that"
                                + " with files",
                        "p.jsonc:8:3: rules[6] can match nothing: its tools run no commands",
                        "p.jsonc:9:3: rules[7] can match nothing: a word of its command is an"
                                + " empty list",
                        "p.jsonc:10:3: rules[8] can match nothing: rules[9].blocked_paths"
                                + " (p.jsonc:11:3) denies all that it is about");
    }

    @Test
    void aFileHasABoundedSizeAndDepth() {
        assertThat(bad("{\"rules\": [" + " ".repeat(PolicyFile.MAX_BYTES) + "]}").getMessage())
                .isEqualTo("p.jsonc: it has more than 262144 bytes, the most of a policy");
        assertThat(bad("{\"rules\": " + "[".repeat(100) + "]".repeat(100) + "}").getMessage())
                .contains("over 64 levels deep");
        String rule = "{\"decision\": \"deny\"},";
        assertThat(bad("{\"rules\": [" + rule.repeat(1_001) + "]}").getMessage())
                .contains("p.jsonc: it has more than 1000 rules, the most of a policy");
    }

    @Test
    void shortKeysBelongToProjectsAndUsers() {
        assertThat(bad("{\"allowedCommands\": [\"git\"]}").getMessage())
                .startsWith("p.jsonc:1:2: unknown key 'allowedCommands'");
    }

    private static BadPolicyException bad(String text) {
        BadPolicyException bad =
                catchThrowableOfType(
                        BadPolicyException.class,
                        () -> PolicyFile.read(Level.HOST, "p.jsonc", text));
        assertThat(bad).as(text).isNotNull();
        return bad;
    }
}
