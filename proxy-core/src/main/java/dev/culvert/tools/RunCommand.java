package dev.culvert.tools;

import dev.culvert.io.Quoted;
import dev.culvert.policy.Action;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs a program in the tools' directory. */
final class RunCommand implements BuiltinTool {
    private static final int MOST_ARGUMENTS = 1_000;
    private static final int MOST_CHARS = 100_000;

    private final WorkTree files;
    private final Commands commands;
    private final Map<String, String> environment;

    /**
     * @param environment the agent's own
     */
    RunCommand(WorkTree files, Commands commands, Map<String, String> environment) {
        this.files = files;
        this.commands = commands;
        this.environment = Map.copyOf(environment);
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
        List<String> argv = arguments.strings("argv");
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
        boolean network = arguments.isTrue("network");
        if (network && !grant.limits().network()) {
            throw new ToolException(
                    "the policy gives this command no network (network of its rule)");
        }
        if (commands == Commands.CONFINED && Confinement.VERSION == 0) {
            throw new ToolException(
                    "commands are not run here: the kernel has no Landlock, and the agent runs"
                            + " with --tool-commands confined");
        }
        List<String> argv = argv(arguments);
        Path temporary = temporary();
        try {
            Map<String, String> variables =
                    CommandEnvironment.of(
                            environment, grant.limits(), files.place(), temporary.toString());
            String program = program(argv.getFirst(), variables.getOrDefault("PATH", ""));
            Command command = new Command(files, directory(arguments), temporary, network);
            return command.run(program, argv, variables, grant);
        } finally {
            Trash.remove(temporary);
        }
    }

    private static Path temporary() throws ToolException {
        try {
            return Files.createTempDirectory("culvert-command-");
        } catch (IOException e) {
            throw new ToolException("there is no place for the command's temporary files", e);
        }
    }

    /* A name with a slash is a path from the command's directory; the policy has judged it as it is. */
    private static String program(String name, String path) throws ToolException {
        if (name.contains("/")) {
            return name;
        }
        for (String directory : path.split(":", -1)) {
            Path candidate = Path.of(directory, name);
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return candidate.toString();
            }
        }
        throw new ToolException("there is no program '" + Quoted.word(name) + "'");
    }
}
