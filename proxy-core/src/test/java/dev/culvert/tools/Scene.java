package dev.culvert.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.policy.Level;
import dev.culvert.policy.Limits;
import dev.culvert.policy.Policy;
import dev.culvert.policy.PolicyFile;
import dev.culvert.policy.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A directory of tools, what is outside of it, and whoever tries to get there. */
final class Scene implements AutoCloseable {
    static final String SECRET = "outside of the directory";
    static final Duration SOON = Duration.ofMillis(300);

    private static final String REFUSED = "refused: ";
    private static final int MOST_OUTPUT_BYTES = 4_096;

    /** For names that the policy forbids. */
    private static final String POLICY =
            """
            {"rules": [
              {"decision": "allow", "blocked_paths": ["secrets", "**/.env"]},
              {"decision": "allow", "command": ["git", "status"], "match": ["git status"]}
            ]}
            """;

    final Path directory;
    final Path work;
    final Path outside;
    private final Workbench bench;
    private final Policy policy;
    private final List<String> heard = new ArrayList<>();

    Scene(Path directory, Opener opener) throws Exception {
        this.directory = directory;
        work = Files.createDirectory(directory.resolve("work"));
        outside = Files.writeString(directory.resolve("outside.txt"), SECRET);
        Files.writeString(
                Files.createDirectory(work.resolve("dir")).resolve("inside.txt"), "inside");
        Files.writeString(Files.createDirectory(work.resolve("secrets")).resolve("key"), "the key");
        bench = Workbench.by(opener, work);
        policy = Policy.of(List.of(PolicyFile.read(Level.HOST, "policy", POLICY)));
    }

    Path link(String name, Path to) throws IOException {
        return Files.createSymbolicLink(work.resolve(name), to);
    }

    /** What the model is told: a result, or why there is none. */
    String run(String tool, String arguments) {
        String told;
        try {
            told = bench.run(tool, arguments, MOST_OUTPUT_BYTES);
        } catch (ToolException e) {
            told = REFUSED + e.getMessage();
        }
        heard.add(told);
        return told;
    }

    void refuses(String tool, String arguments) {
        assertThat(run(tool, arguments)).startsWith(REFUSED);
    }

    /** No tool does anything with what is under the name. */
    void refusesAllOf(String path) {
        String start = "{\"path\":\"" + path + "\"";
        refuses("read_file", start + "}");
        refuses("write_file", start + ",\"content\":\"escaped\"}");
        refuses("edit_file", start + ",\"old_text\":\"o\",\"new_text\":\"x\"}");
        refuses("list_dir", start + "}");
        refuses("search_files", start + ",\"pattern\":\".\"}");
    }

    /** Of the policy, for a path as a tool understands it. */
    Verdict decides(String tool, String arguments) throws ToolException {
        return policy.decide(bench.plan(tool, arguments)).verdict();
    }

    String command(String... argv) {
        return command(Limits.DEFAULT, argv);
    }

    /** Stopped after a moment. */
    String shortCommand(String... argv) {
        return command(
                new Limits(SOON, MOST_OUTPUT_BYTES, Limits.DEFAULT.environment(), false, 1 << 20),
                argv);
    }

    /** With every variable that a rule can let through. */
    String freeCommand(String... argv) {
        return command(
                new Limits(Duration.ofSeconds(9), MOST_OUTPUT_BYTES, List.of("*"), false, 1 << 20),
                argv);
    }

    private String command(Limits limits, String... argv) {
        String told;
        try {
            told = bench.command(limits, () -> false, argv);
        } catch (ToolException e) {
            told = REFUSED + e.getMessage();
        }
        heard.add(told);
        return told;
    }

    /** A script fails: OUTSIDE and DIR in it stand for what is outside. */
    void scriptFails(String script) {
        String text =
                script.replace("OUTSIDE", outside.toString())
                        .replace("DIR", directory.toString())
                        .replace("PID", String.valueOf(ProcessHandle.current().pid()));
        assertThat(command("sh", "-c", text)).doesNotContain("[exit status 0]");
    }

    /** Nothing of this mark runs any more. */
    static void isOver(String mark) {
        assertThat(
                        ProcessHandle.allProcesses()
                                .filter(it ->
                                        it.info()
                                                .commandLine()
                                                .orElse("")
                                                .endsWith("sleep " + mark)))
                .isEmpty();
    }

    static String mark() {
        return "98781." + System.nanoTime() % 1_000_000;
    }

    /** Nothing has got out, and nothing has come in. */
    void hasKeptItsWalls() throws IOException {
        assertThat(outside).isRegularFile().hasContent(SECRET);
        assertThat(heard).noneMatch(it -> it.contains(SECRET) || it.contains("root:x:"));
        try (Stream<Path> names = Files.list(directory)) {
            assertThat(names).containsExactlyInAnyOrder(work, outside);
        }
        try (Stream<Path> names = Files.walk(work)) {
            assertThat(names).noneMatch(it -> it.toString().endsWith(".tmp"));
        }
    }

    @Override
    public void close() {
        bench.close();
    }
}
