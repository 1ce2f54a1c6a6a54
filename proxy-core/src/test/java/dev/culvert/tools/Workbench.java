package dev.culvert.tools;

import dev.culvert.policy.Action;
import dev.culvert.policy.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Predicate;

/** Tools in a directory of a test, all of which may do everything. */
final class Workbench implements AutoCloseable {
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
        this.files = files;
        this.allows = allows;
        box = ToolBox.of(files);
    }

    /** As on a kernel without {@code openat2}. */
    static Workbench stepByStep(Path directory) throws IOException {
        try (WorkTree files = WorkTree.open(directory)) {
            return new Workbench(files.with(Opener.STEP_BY_STEP), _ -> true);
        }
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
        return found.run(given, new Grant(Limits.DEFAULT, allows, mostOutputBytes));
    }

    @Override
    public void close() {
        files.close();
    }
}
