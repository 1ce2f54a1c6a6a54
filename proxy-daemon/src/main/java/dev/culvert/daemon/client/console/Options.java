package dev.culvert.daemon.client.console;

import java.util.List;

/**
 * What the command line says.
 *
 * @param common flags for every command: which daemon, how long it may be silent
 * @param format the value of {@code --output}; empty for that of each command
 * @param mode what may be done at the beginning
 * @param agentsPlan whether an agent may change nothing until a mode is chosen, whatever that of
 *     the beginning
 * @param dryRun whether what would change something is only shown
 * @param yes whether nobody is asked before something is taken away
 */
public record Options(
        List<String> common,
        String format,
        Mode mode,
        boolean agentsPlan,
        boolean dryRun,
        boolean yes) {
    public Options {
        common = List.copyOf(common);
    }
}
