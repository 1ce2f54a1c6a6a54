package dev.culvert.policy;

import static dev.culvert.policy.Verdict.ALLOW;
import static dev.culvert.policy.Verdict.ASK;
import static dev.culvert.policy.Verdict.DENY;
import static dev.culvert.policy.Written.file;
import static dev.culvert.policy.Written.read;
import static dev.culvert.policy.Written.rules;
import static dev.culvert.policy.Written.run;
import static dev.culvert.policy.Written.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PolicyTest {
    private static final String GIT = "{\"decision\": \"allow\", \"command\": [\"git\"]}";
    private static final String PUSH = "{\"decision\": \"ask\", \"command\": [\"git\", \"push\"]}";
    private static final String FORCE =
            """
            {"decision": "deny", "command": ["git", "push"], "any_argument": ["--force*", "-f"]}\
            """;

    @Test
    void denyBeatsAskBeatsAllowWhateverTheOrder() {
        List<List<String>> orders =
                List.of(
                        List.of(GIT, PUSH, FORCE),
                        List.of(FORCE, PUSH, GIT),
                        List.of(PUSH, FORCE, GIT));
        for (List<String> order : orders) {
            Policy policy = rules(order.toArray(String[]::new));
            assertThat(run(policy, "git status")).isEqualTo(ALLOW);
            assertThat(run(policy, "git push origin")).isEqualTo(ASK);
            assertThat(run(policy, "git push origin --force-with-lease")).isEqualTo(DENY);
        }
    }

    @Test
    void whatNoRuleIsAboutIsDenied() {
        assertThat(run(rules(GIT), "ls")).isEqualTo(DENY);
        assertThat(rules(GIT).decide(new Action.Tool("deploy")).why())
                .isEqualTo("no rule of p.jsonc allows it");
    }

    @Test
    void withoutARuleEverythingIsAllowed() {
        assertThat(run(Policy.NONE, "ls")).isEqualTo(ALLOW);
        assertThat(run(Policy.of(List.of(file("{}"))), "ls")).isEqualTo(ALLOW);
    }

    @Test
    void aDefaultIsForWhatNoRuleIsAbout() {
        Policy policy =
                Policy.of(List.of(file("{\"default\": \"ask\", \"rules\": [" + GIT + "]}")));
        assertThat(run(policy, "git status")).isEqualTo(ALLOW);
        assertThat(run(policy, "ls")).isEqualTo(ASK);
    }

    @Test
    void whoDecidedIsTheFirstOfTheStrictest() {
        Decision decision = rules(GIT, PUSH, FORCE).decide(Written.command("git push -f"));
        assertThat(decision.rule()).isEqualTo("rules[2]");
        assertThat(decision.why()).isEqualTo("rules[2] (p.jsonc:3:1) denies it");
        assertThat(rules(GIT, GIT).decide(Written.command("git log")).rule()).isEqualTo("rules[0]");
    }

    @Test
    void aReasonIsPartOfWhy() {
        Policy policy =
                rules(
                        "{\"name\": \"no rm\", \"decision\": \"deny\", \"command\": [\"rm\"],"
                                + " \"reason\": \"use git clean\"}");
        assertThat(policy.decide(Written.command("rm -r x")).why())
                .isEqualTo("no rm (p.jsonc:1:12) denies it: use git clean");
    }

    /** An allowed name is not the name of another program in some folder. */
    @Test
    void programsInFoldersAreDeniedByNameButAllowedOnlyAsWritten() {
        Policy policy = rules(GIT, "{\"decision\": \"ask\", \"command\": [\"rm\"]}");
        assertThat(run(policy, "./git status")).isEqualTo(DENY);
        assertThat(run(policy, "/bin/rm x")).isEqualTo(ASK);
    }

    @Test
    void aShellNeedsARuleThatSaysSo() {
        Policy every = rules("{\"decision\": \"allow\", \"command\": []}");
        assertThat(run(every, "make all")).isEqualTo(ALLOW);
        assertThat(run(every, "bash -c 'rm -r /'")).isEqualTo(DENY);
        assertThat(run(every, "/usr/bin/sh script")).isEqualTo(DENY);
        Policy shells = rules("{\"decision\": \"allow\", \"command\": [\"sh\"], \"shell\": true}");
        assertThat(run(shells, "sh -c 'ls | wc'")).isEqualTo(ALLOW);
    }

    /** Which tools may be called does not say which programs they may start. */
    @Test
    void aRuleWithoutACommandAllowsNone() {
        assertThat(run(rules("{\"decision\": \"allow\"}"), "ls")).isEqualTo(DENY);
        assertThat(run(rules("{\"decision\": \"ask\"}"), "ls")).isEqualTo(ASK);
        assertThat(run(rules("{\"decision\": \"ask\"}"), "sh -c ls")).isEqualTo(DENY);
    }

    @Test
    void argumentsAreAllOfThePatternsOrAnyOfThem() {
        Policy policy =
                rules(
                        """
                        {"decision": "allow", "command": ["npm", ["run", "exec"]],
                         "arguments": ["test", "build:*"]}\
                        """);
        assertThat(run(policy, "npm run test")).isEqualTo(ALLOW);
        assertThat(run(policy, "npm exec build:all test")).isEqualTo(ALLOW);
        assertThat(run(policy, "npm run test -- --watch")).isEqualTo(DENY);
        assertThat(run(policy, "npm install test")).isEqualTo(DENY);
    }

    @Test
    void argumentsCanWantAConfirmation() {
        Policy policy =
                rules(
                        """
                        {"decision": "allow", "command": ["git"], "require_confirmation": ["push"],
                         "match": ["git log"], "not_match": ["git push"]}\
                        """);
        assertThat(run(policy, "git log")).isEqualTo(ALLOW);
        Decision decision = policy.decide(Written.command("git -C . push"));
        assertThat(decision.verdict()).isEqualTo(ASK);
        assertThat(decision.rule()).isEqualTo("rules[0].require_confirmation");
    }

    @Test
    void theNetworkAndVariablesAreGivenOnlyByARuleThatSaysSo() {
        Action network =
                new Action.Command(
                        "run_command", List.of("git", "fetch"), Path.of("."), true, List.of());
        assertThat(rules(GIT).decide(network).verdict()).isEqualTo(DENY);
        Policy open = rules("{\"decision\": \"allow\", \"command\": [\"git\"], \"network\": true}");
        assertThat(open.decide(network).verdict()).isEqualTo(ALLOW);
        Action preload =
                new Action.Command(
                        "run_command",
                        List.of("git", "log"),
                        Path.of("."),
                        false,
                        List.of("PATH", "LD_PRELOAD"));
        assertThat(open.decide(preload).verdict()).isEqualTo(DENY);
    }

    @Test
    void aCommandCanBeBoundToFolders() {
        Policy policy =
                rules(
                        "{\"decision\": \"allow\", \"command\": [\"make\"],"
                                + " \"working_directory\": [\"build\"]}");
        assertThat(policy.decide(in("build/x")).verdict()).isEqualTo(ALLOW);
        assertThat(policy.decide(in("build/../src")).verdict()).isEqualTo(DENY);
    }

    private static Action in(String folder) {
        return new Action.Command(
                "run_command", List.of("make"), Path.of(folder), false, List.of());
    }

    @Test
    void filesAreAllowedByPathAndBlockedWhateverElseAllowsThem() {
        Policy policy =
                rules(
                        """
                        {"decision": "allow", "tools": ["*_file"], "allowed_paths": ["src", "*.md"],
                         "blocked_paths": ["**/.env"], "max_file_bytes": "1KiB"}\
                        """,
                        "{\"decision\": \"allow\", \"tools\": [\"read_file\"]}");
        assertThat(write(policy, "src/a/B.java", 10)).isEqualTo(ALLOW);
        assertThat(write(policy, "src/a/../../README.md", 10)).isEqualTo(ALLOW);
        assertThat(write(policy, "docs/README.md", 10)).isEqualTo(DENY);
        assertThat(write(policy, "src/B.java", 1_025)).isEqualTo(DENY);
        assertThat(read(policy, "docs/README.md")).isEqualTo(ALLOW);
        assertThat(read(policy, "src/.env")).isEqualTo(DENY);
        assertThat(read(policy, ".env/x")).isEqualTo(DENY);
        assertThat(read(policy, "/home/me/.env")).isEqualTo(DENY);
    }

    @Test
    void relativePathsAreBelowTheProjectAndAbsoluteOnesAreNot() {
        Policy policy = rules("{\"decision\": \"allow\", \"allowed_paths\": [\"**\", \"/opt/x\"]}");
        assertThat(read(policy, "a/b")).isEqualTo(ALLOW);
        assertThat(read(policy, ".")).isEqualTo(ALLOW);
        assertThat(read(policy, "../a")).isEqualTo(DENY);
        assertThat(read(policy, "a/../..")).isEqualTo(DENY);
        assertThat(read(policy, "/etc/passwd")).isEqualTo(DENY);
        assertThat(read(policy, "/opt/x/y")).isEqualTo(ALLOW);
        assertThat(read(policy, "/opt/xy")).isEqualTo(DENY);
    }

    @Test
    void theLimitsAreThoseOfTheRulesThatDecide() {
        String host =
                """
                {"rules": [{"decision": "allow", "command": ["mvn"], "timeout": "10m",
                            "network": true, "environment": ["PATH", "MAVEN_*"]}]}\
                """;
        String project =
                """
                {"rules": [{"decision": "allow", "command": ["mvn"], "timeout": "20m",
                            "max_output_bytes": 1000, "environment": ["PATH", "HOME"]}]}\
                """;
        Policy policy = Policy.of(List.of(file(Level.PROJECT, project), file(Level.HOST, host)));
        Limits limits = policy.decide(Written.command("mvn test")).limits();
        assertThat(limits.timeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(limits.maxOutputBytes()).isEqualTo(1_000);
        assertThat(limits.network()).isFalse();
        assertThat(limits.environment()).containsExactly("PATH");
    }

    /** Of any two files, in 20,000 decisions. */
    @Test
    void aLowerFileOnlyNarrows() {
        Random random = new Random(20261130);
        for (int round = 0; round < 2_000; round++) {
            PolicyFile upper = any(Level.HOST, random);
            PolicyFile lower = any(Level.PROJECT, random);
            for (int i = 0; i < 10; i++) {
                Action action = Written.command(word(random) + " " + word(random));
                Verdict alone = Policy.of(List.of(upper)).decide(action).verdict();
                assertThat(Policy.of(List.of(lower, upper)).decide(action).verdict())
                        .isGreaterThanOrEqualTo(alone);
            }
        }
    }

    private static PolicyFile any(Level level, Random random) {
        StringBuilder text = new StringBuilder("{\"rules\": [");
        for (int i = random.nextInt(4); i > 0; i--) {
            text.append(
                    "{\"decision\": \"%s\", \"command\": [\"%s\"]},"
                            .formatted(
                                    List.of("allow", "ask", "deny").get(random.nextInt(3)),
                                    word(random)));
        }
        return file(level, text + "]}");
    }

    private static String word(Random random) {
        return List.of("git", "ls", "rm", "make").get(random.nextInt(4));
    }

    @Test
    void theVersionIsADigestOfWhatDecides() {
        String version = rules(GIT).version();
        assertThat(version).matches("sha256:[0-9a-f]{64}");
        assertThat(file("// why\n{ \"rules\" : [ " + GIT + ",] }").version()).isEqualTo(version);
        assertThat(rules(PUSH).version()).isNotEqualTo(version);
        Policy two = Policy.of(List.of(file("{\"rules\": [" + GIT + "]}"), file(Level.USER, "{}")));
        assertThat(two.version()).isNotEqualTo(version);
    }

    @Test
    void aCallWithoutItsArgumentsIsDeniedIfNoneCouldBeAllowed() {
        Policy policy =
                rules(
                        GIT,
                        "{\"decision\": \"allow\", \"access\": [\"read\"]}",
                        "{\"decision\": \"ask\", \"tools\": [\"deploy\"]}",
                        "{\"decision\": \"allow\", \"tools\": [\"mcp__*\"]}",
                        "{\"decision\": \"deny\", \"tools\": [\"mcp__drop\"]}");
        assertThat(byName(policy, "run_command")).isEqualTo(ALLOW);
        assertThat(byName(policy, "read_file")).isEqualTo(ALLOW);
        assertThat(byName(policy, "write_file")).isEqualTo(DENY);
        assertThat(byName(policy, "weather")).isEqualTo(DENY);
        assertThat(byName(policy, "deploy")).isEqualTo(ASK);
        assertThat(byName(policy, "mcp__search")).isEqualTo(ALLOW);
        assertThat(byName(policy, "mcp__drop")).isEqualTo(DENY);
        assertThat(byName(Policy.NONE, "anything")).isEqualTo(ALLOW);
    }

    private static Verdict byName(Policy policy, String tool) {
        return policy.decideByName(tool).verdict();
    }
}
