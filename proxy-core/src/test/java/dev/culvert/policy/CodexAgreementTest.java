package dev.culvert.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.settings.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rules about commands decide as {@code codex execpolicy check} does, wherever both can say the
 * same: prefixes of words with alternatives, and the strictest of all rules that match.
 *
 * <p>What Codex 0.171.0 said is kept in a file and compared each time. Where CULVERT_CODEX names
 * the program, it is asked again; CULVERT_CODEX_COMMANDS is how many commands it gets.
 */
/* To start a program for each command would take an hour. So the commands become the examples of
 * the rules (match and not_match), all of which Codex checks when it loads a file. What it decides
 * about a command, for which it must be started, is asked for a few of each file. */
class CodexAgreementTest {
    private static final Path RECORD =
            Path.of("src/test/resources/dev/culvert/policy/codex-0.171.0.txt");
    private static final int RECORDED_POLICIES = 40;
    private static final int ASKED = 25;
    private static final int COMMANDS = 1_000;
    private static final long SEED = 20261130;
    private static final Pattern DECIDED = Pattern.compile("\"decision\":\"(\\w+)\"}\\s*$");
    private static final List<String> WORDS =
            List.of(
                    "git",
                    "npm",
                    "rm",
                    "push",
                    "run",
                    "-f",
                    "--force",
                    "--",
                    "a b",
                    "it's",
                    "\"",
                    "\\",
                    "é",
                    "*",
                    "GIT",
                    "--force=1",
                    "x,y",
                    "#",
                    "[",
                    "git ");

    @TempDir private Path folder;

    /** A rule that both can say. */
    private record Shared(Verdict verdict, List<List<String>> prefix) {
        private static Shared any(Random random) {
            List<List<String>> prefix = new ArrayList<>();
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                List<String> words = new ArrayList<>();
                for (int j = random.nextInt(3) == 0 ? 2 : 1; j > 0; j--) {
                    words.add(word(random));
                }
                prefix.add(words.stream().distinct().toList());
            }
            return new Shared(
                    List.of(Verdict.ALLOW, Verdict.ASK, Verdict.DENY).get(random.nextInt(3)),
                    prefix);
        }

        private String ours() {
            return "{\"decision\": \"%s\", \"command\": %s}".formatted(verdict.word(), pattern());
        }

        /** In Starlark a list of texts is written as in JSON. */
        private String theirs(List<List<String>> match, List<List<String>> notMatch) {
            String decision =
                    switch (verdict) {
                        case ALLOW -> "allow";
                        case ASK -> "prompt";
                        case DENY -> "forbidden";
                    };
            return "prefix_rule(pattern=%s, decision=\"%s\"%s%s)%n"
                    .formatted(
                            pattern(),
                            decision,
                            match.isEmpty() ? "" : ", match=" + lists(match),
                            notMatch.isEmpty() ? "" : ", not_match=" + lists(notMatch));
        }

        private String pattern() {
            return prefix.stream()
                    .map(words -> words.size() == 1 ? Node.quote(words.getFirst()) : list(words))
                    .collect(Collectors.joining(", ", "[", "]"));
        }
    }

    private static String word(Random random) {
        // the first words are frequent, so that prefixes match
        int most = random.nextInt(4) == 0 ? WORDS.size() : 7;
        return WORDS.get(random.nextInt(most));
    }

    private static List<String> command(Random random) {
        List<String> words = new ArrayList<>();
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            words.add(word(random));
        }
        return words;
    }

    private static List<Shared> rules(Random random) {
        List<Shared> rules = new ArrayList<>();
        for (int i = 2 + random.nextInt(8); i > 0; i--) {
            rules.add(Shared.any(random));
        }
        return rules;
    }

    private static Policy ours(List<Shared> rules) {
        return Written.rules(rules.stream().map(Shared::ours).toArray(String[]::new));
    }

    private static Action action(List<String> command) {
        return new Action.Command("run_command", command, Path.of(""), false, List.of());
    }

    /** In Codex's words; {@code none} where no rule matches. */
    private static String decided(Policy policy, List<String> command) {
        boolean none = policy.matching(action(command)).isEmpty();
        return none
                ? "none"
                : switch (policy.decide(action(command)).verdict()) {
                    case ALLOW -> "allow";
                    case ASK -> "prompt";
                    case DENY -> "forbidden";
                };
    }

    @Test
    void decisionsAreThoseThatCodexMade() throws IOException {
        Random random = new Random(SEED);
        List<String> decisions = new ArrayList<>();
        for (int i = 0; i < RECORDED_POLICIES; i++) {
            List<Shared> rules = rules(random);
            Policy policy = ours(rules);
            for (int j = 0; j < ASKED; j++) {
                decisions.add(decided(policy, command(random)));
            }
        }
        assertThat(decisions).isEqualTo(Files.readAllLines(RECORD));
        assertThat(decisions).contains("none", "allow", "prompt", "forbidden");
    }

    @Test
    void codexStillDecidesSo() throws Exception {
        String codex = codex();
        Random random = new Random(SEED);
        List<String> decisions = new ArrayList<>();
        for (int i = 0; i < RECORDED_POLICIES; i++) {
            List<Shared> rules = rules(random);
            Path file = theirs(rules, List.of());
            for (int j = 0; j < ASKED; j++) {
                decisions.add(ask(codex, file, command(random)));
            }
        }
        Files.write(Path.of("target/codex-decisions.txt"), decisions); // to be kept, if they change
        assertThat(decisions).isEqualTo(Files.readAllLines(RECORD));
    }

    @Test
    void codexMatchesTheSameCommands() throws Exception {
        String codex = codex();
        int commands =
                Integer.parseInt(System.getenv().getOrDefault("CULVERT_CODEX_COMMANDS", "5000"));
        long seed = Long.getLong("culvert.seed", SEED + 1);
        System.out.println("codex: seed " + seed + ", " + commands + " commands");
        Random random = new Random(seed);
        for (int i = 0; i < commands / COMMANDS; i++) {
            List<Shared> rules = rules(random);
            List<List<String>> examples = new ArrayList<>();
            for (int j = 0; j < COMMANDS; j++) {
                examples.add(command(random));
            }
            Path file = theirs(rules, examples);
            assertThat(ask(codex, file, examples.getFirst()))
                    .isEqualTo(decided(ours(rules), examples.getFirst()));
        }
    }

    private static String codex() {
        String codex = System.getenv().getOrDefault("CULVERT_CODEX", "");
        Assumptions.assumeFalse(codex.isEmpty(), "CULVERT_CODEX names no program");
        return codex;
    }

    /** A file for Codex in which each rule has all examples, as we match them. */
    private Path theirs(List<Shared> rules, List<List<String>> examples) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Shared rule : rules) {
            Policy alone = ours(List.of(rule));
            List<List<String>> match = new ArrayList<>();
            List<List<String>> notMatch = new ArrayList<>();
            for (List<String> example : examples) {
                boolean matches = !alone.matching(action(example)).isEmpty();
                (matches ? match : notMatch).add(example);
            }
            text.append(rule.theirs(match, notMatch));
        }
        return Files.writeString(folder.resolve("p.rules"), text);
    }

    private String ask(String codex, Path rules, List<String> command)
            throws IOException, InterruptedException {
        List<String> line =
                new ArrayList<>(
                        List.of(codex, "execpolicy", "check", "--rules", rules.toString(), "--"));
        line.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().put("HOME", folder.toString());
        builder.redirectError(folder.resolve("stderr").toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(() -> "codex refuses " + rules + ": " + stderr()).isZero();
        Matcher decided = DECIDED.matcher(said);
        return decided.find() ? decided.group(1) : "none";
    }

    private String stderr() {
        try {
            return Files.readString(folder.resolve("stderr"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String lists(List<List<String>> lists) {
        return lists.stream()
                .map(CodexAgreementTest::list)
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static String list(List<String> words) {
        return words.stream().map(Node::quote).collect(Collectors.joining(", ", "[", "]"));
    }
}
