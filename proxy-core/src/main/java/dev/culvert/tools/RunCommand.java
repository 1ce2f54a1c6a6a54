package dev.culvert.tools;

import dev.culvert.policy.Action;
import java.nio.file.Path;
import java.util.List;

/** Runs a program in the tools' directory. */
final class RunCommand implements BuiltinTool {
    private static final int MOST_ARGUMENTS = 1_000;
    private static final int MOST_CHARS = 100_000;

    private final WorkTree files;
    private final Runner runner;

    RunCommand(WorkTree files, Runner runner) {
        this.files = files;
        this.runner = runner;
    }

    @Override
    public String name() {
        return "run_command";
    }

    @Override
    public String description() {
        return "Runs a program and answers what it puts out, and its exit status. No shell is"
                + " between: pipes, wildcards and variables mean nothing.";
    }

    @Override
    public String schema() {
        return """
        {"type":"object","properties":{\
        "argv":{"type":"array","items":{"type":"string"},"minItems":1,\
        "description":"the program and its arguments"},\
        "directory":{"type":"string","description":"where it runs; the working directory is ."},\
        "network":{"type":"boolean","description":"whether it needs the network"}},\
        "required":["argv"],"additionalProperties":false}\
        """;
    }

    @Override
    public Action plan(Arguments arguments) throws ToolException {
        arguments.only("argv", "directory", "network");
        return new Action.Command(
                name(),
                argv(arguments),
                Path.of(directory(arguments).toString()),
                arguments.isTrue("network"),
                List.of());
    }

    private WorkPath directory(Arguments arguments) throws ToolException {
        String given = arguments.string("directory", null);
        return files.path(given == null ? "." : given);
    }

    private static List<String> argv(Arguments arguments) throws ToolException {
        return checked(arguments.strings("argv"));
    }

    /** The program and its arguments, if these can be. */
    static List<String> checked(List<String> argv) throws ToolException {
        if (argv.isEmpty() || argv.getFirst().isBlank()) {
            throw new ToolException("'argv' must begin with a program");
        }
        int chars = 0;
        for (String argument : argv) {
            chars += argument.length();
            if (argument.indexOf('\0') >= 0) {
                throw new ToolException("an argument contains NUL");
            }
        }
        if (argv.size() > MOST_ARGUMENTS || chars > MOST_CHARS) {
            throw new ToolException(
                    "a command may have up to "
                            + MOST_ARGUMENTS
                            + " arguments of "
                            + MOST_CHARS
                            + " characters together");
        }
        return argv;
    }

    @Override
    public String run(Arguments arguments, Grant grant) throws ToolException {
        return runner.run(
                argv(arguments), directory(arguments), arguments.isTrue("network"), "", grant);
    }
}
