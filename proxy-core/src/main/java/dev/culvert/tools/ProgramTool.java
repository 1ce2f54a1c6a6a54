package dev.culvert.tools;

import dev.culvert.io.Quoted;
import dev.culvert.policy.Action;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A program of the tools' directory as a tool: it reads its arguments as one JSON object from its
 * standard input, and what it puts out is the result. For the policy it is a command.
 */
public final class ProgramTool implements BuiltinTool {
    private static final long MOST_BYTES = 64 << 20;
    private static final int MOST_CHARS = 1 << 20;

    /**
     * What a program is.
     *
     * @param path relative to the directory
     * @param schema of its arguments: an object
     * @param network whether it needs the network
     */
    public record Program(
            String name, String path, String description, String schema, boolean network) {}

    /** Looks at the bytes of a program. */
    public interface Check {
        /** Throws if they must not be run. */
        void that(byte[] bytes) throws ToolException;
    }

    private final WorkTree files;
    private final Program program;
    private final Check check;
    private final Runner runner;

    /**
     * @param files the directory, which stays the caller's
     * @param environment this process's, of which the program gets a part
     * @param check is given the program's bytes before each run
     */
    public ProgramTool(
            WorkTree files,
            Commands commands,
            Map<String, String> environment,
            Program program,
            Check check) {
        this.files = files;
        this.program = program;
        this.check = check;
        runner = new Runner(files, commands, environment, Support.here());
    }

    @Override
    public String name() {
        return program.name();
    }

    @Override
    public String description() {
        return program.description();
    }

    @Override
    public String schema() {
        return program.schema();
    }

    @Override
    public Action plan(Arguments arguments) throws ToolException {
        if (arguments.json().length() > MOST_CHARS) {
            throw new ToolException(
                    "the arguments of a tool may have up to " + MOST_CHARS + " characters");
        }
        return new Action.Command(
                name(), List.of(program.path()), Path.of(""), program.network(), List.of());
    }

    @Override
    public String run(Arguments arguments, Grant grant) throws ToolException {
        WorkPath path = files.path(program.path());
        try {
            check.that(files.read(path, MOST_BYTES));
        } catch (ToolException e) {
            throw new ToolException(
                    "the tool '%s' is not run: %s".formatted(Quoted.word(name()), e.getMessage()),
                    e);
        }
        return runner.run(
                List.of("./" + path), files.path("."), program.network(), arguments.json(), grant);
    }
}
