package dev.culvert.tools;

import dev.culvert.policy.Action;
import dev.culvert.policy.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tools in a directory of a test, all of which may do everything. */
final class Workbench implements AutoCloseable {
    /** Of the agent. */
    static final Map<String, String> ENVIRONMENT =
            Map.ofEntries(
                    Map.entry("PATH", "bin:/usr/bin:/bin"),
                    Map.entry("LANG", "C.UTF-8"),
                    Map.entry("LD_PRELOAD", "/tmp/evil.so"),
                    Map.entry("LD_LIBRARY_PATH", "/tmp"),
                    Map.entry("BASH_ENV", "/tmp/evil.sh"),
                    Map.entry("JAVA_TOOL_OPTIONS", "-javaagent:/tmp/evil.jar"),
                    Map.entry("CULVERT_AGENT_JOIN_TOKEN", "secret"),
                    Map.entry("TERM", "dumb"));

    final WorkTree files;
    private final ToolBox box;
    private final Predicate<Action> allows;

    Workbench(Path directory) throws IOException {
        this(directory, _ -> true);
    }

    Workbench(Path directory, Predicate<Action> allows) throws IOException {
        this(WorkTree.open(directory), allows);
    }

    private Workbench(WorkTree files, Predicate<Action> allows) {
        this(files, allows, ToolBox.of(files, Commands.CONFINED, ENVIRONMENT));
    }

    private Workbench(WorkTree files, Predicate<Action> allows, ToolBox box) {
        this.files = files;
        this.allows = allows;
        this.box = box;
    }

    /** As on a kernel that offers this and no more. */
    static Workbench on(Support kernel, Commands commands, Path directory) throws IOException {
        WorkTree files = WorkTree.open(directory);
        return new Workbench(files, _ -> true, ToolBox.of(files, commands, ENVIRONMENT, kernel));
    }

    /** As on a system that opens files in this way. */
    static Workbench by(Opener opener, Path directory) throws IOException {
        return new Workbench(WorkTree.open(directory, opener), _ -> true);
    }

    String run(String tool, String arguments) throws ToolException {
        return run(tool, arguments, 64 << 10);
    }

    String run(String tool, String arguments, int mostOutputBytes) throws ToolException {
        BuiltinTool found = box.find(tool);
        if (found == null) {
            throw new AssertionError("there is no tool " + tool);
        }
        Arguments given = Arguments.read(arguments);
        found.plan(given);
        return found.run(given, new Grant(Limits.DEFAULT, allows, mostOutputBytes, () -> false));
    }

    /** What the call would change; it changes nothing. */
    BuiltinTool.@Nullable Change change(String tool, String arguments) throws ToolException {
        BuiltinTool found = Objects.requireNonNull(box.find(tool));
        return found.change(
                Arguments.read(arguments), new Grant(Limits.DEFAULT, allows, 1, () -> false));
    }

    /** What a call would do. */
    Action plan(String tool, String arguments) throws ToolException {
        return Objects.requireNonNull(box.find(tool)).plan(Arguments.read(arguments));
    }

    /** Runs a command that a rule with these limits allows. */
    String command(Limits limits, BooleanSupplier isCancelled, String... argv)
            throws ToolException {
        return command(limits, isCancelled, false, argv);
    }

    String command(Limits limits, BooleanSupplier isCancelled, boolean network, String... argv)
            throws ToolException {
        BuiltinTool found = Objects.requireNonNull(box.find("run_command"));
        String list =
                Stream.of(argv)
                        .map(it -> '"' + it.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
                        .collect(Collectors.joining(","));
        Arguments given = Arguments.read("{\"argv\":[" + list + "],\"network\":" + network + "}");
        found.plan(given);
        return found.run(given, new Grant(limits, allows, 64 << 10, isCancelled::getAsBoolean));
    }

    @Override
    public void close() {
        files.close();
    }
}
