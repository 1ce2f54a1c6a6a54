package dev.culvert.tools;

import dev.culvert.policy.Action;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Runs programs for somebody who wants their exit status: confined like those of the tool {@code
 * run_command}, and one at a time in a process. Safe for all threads.
 */
public final class Programs {
    private final WorkTree files;
    private final Runner runner;
    private final RunCommand tool;

    /**
     * {@code files} stays the caller's.
     *
     * @param environment this process's, of which programs get a part
     */
    public Programs(WorkTree files, Commands commands, Map<String, String> environment) {
        this.files = files;
        runner = new Runner(files, commands, environment, Support.here());
        tool = new RunCommand(files, runner);
    }

    /** What a policy has to decide about: that the tool {@code run_command} does it. */
    public Action.Command plan(List<String> argv, String directory, boolean network)
            throws ToolException {
        return new Action.Command(
                tool.name(),
                RunCommand.checked(argv),
                Path.of(files.path(directory).toString()),
                network,
                List.of());
    }

    /**
     * Runs a program to its end, which may be a kill. Blocks.
     *
     * @param input what it reads from its standard input; empty for nothing
     */
    public ProgramEnd run(Action.Command command, String input, Grant grant) throws ToolException {
        return runner.end(
                command.argv(),
                files.path(command.workingDirectory().toString()),
                command.network(),
                input,
                grant);
    }
}
