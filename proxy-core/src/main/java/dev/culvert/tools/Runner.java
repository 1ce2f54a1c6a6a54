package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs programs in the tools' directory, confined and with a part of the environment. */
final class Runner {
    private static final String INPUT = ".input";

    private final WorkTree files;
    private final Commands commands;
    private final Map<String, String> environment;
    private final Support kernel;

    /**
     * @param environment the agent's own
     * @param kernel what can confine the programs
     */
    Runner(WorkTree files, Commands commands, Map<String, String> environment, Support kernel) {
        this.files = files;
        this.commands = commands;
        this.environment = Map.copyOf(environment);
        this.kernel = kernel;
    }

    /**
     * Runs a program to its end.
     *
     * @param argv its name or its path from {@code directory}, and its arguments
     * @param input what it reads from its standard input; empty for nothing
     */
    String run(List<String> argv, WorkPath directory, boolean network, String input, Grant grant)
            throws ToolException {
        return end(argv, directory, network, input, grant)
                .report(Math.min(grant.mostOutputBytes(), grant.limits().maxOutputBytes()));
    }

    /** The same, and says how it ended. */
    ProgramEnd end(
            List<String> argv, WorkPath directory, boolean network, String input, Grant grant)
            throws ToolException {
        if (network && !grant.limits().network()) {
            throw new ToolException(
                    "the policy gives this command no network (network of its rule)");
        }
        if (!files.isForPrograms()) {
            throw new ToolException(Support.NO_PROGRAMS);
        }
        if (commands == Commands.CONFINED && kernel.landlock() == 0) {
            throw new ToolException(
                    "programs are not started here, because the kernel has no Landlock, which could"
                            + " confine them (--tool-commands of an agent, commands of culvert"
                            + " chat)");
        }
        if (!kernel.seccomp()) {
            throw new ToolException(
                    "programs are not started here, because the kernel has no seccomp"
                            + " (CONFIG_SECCOMP_FILTER), without which nothing can close the network"
                            + " for them");
        }
        Path temporary = temporary();
        try {
            Map<String, String> variables =
                    CommandEnvironment.of(
                            environment, grant.limits(), files.place(), temporary.toString());
            String program = program(argv.getFirst(), variables.getOrDefault("PATH", ""));
            Command command = new Command(files, directory, temporary, network);
            return command.run(program, argv, variables, written(input, temporary), grant);
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

    /** The path of what the program reads. */
    private static String written(String input, Path temporary) throws ToolException {
        if (input.isEmpty()) {
            return Processes.NOTHING;
        }
        try {
            return Files.writeString(temporary.resolve(INPUT), input, UTF_8).toString();
        } catch (IOException e) {
            throw new ToolException("there is no place for what the program is to read", e);
        }
    }

    /* A name with a slash is a path from the command's directory; the policy has judged it as it is. */
    static String program(String name, String path) throws ToolException {
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
