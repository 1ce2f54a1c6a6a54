package dev.culvert.policy;

import dev.culvert.policy.Action.Access;
import dev.culvert.policy.Condition.OfCommands;
import dev.culvert.policy.Condition.OfFiles;
import dev.culvert.policy.Condition.OfTools;
import java.util.Map;
import java.util.Set;

/** What is known of the built-in tools. */
final class BuiltIn {
    private static final String RUNS_COMMANDS = "run_command";
    private static final Map<String, Set<Access>> FILES =
            Map.of(
                    "read_file", Set.of(Access.READ),
                    "write_file", Set.of(Access.WRITE),
                    "edit_file", Set.of(Access.READ, Access.WRITE),
                    "list_dir", Set.of(Access.LIST),
                    "search_files", Set.of(Access.READ, Access.LIST));

    private BuiltIn() {}

    /** Whether the tool does what the condition is about; of other tools, nothing is known. */
    static boolean does(String tool, Condition condition) {
        return switch (condition) {
            case OfTools _ -> true;
            case OfFiles files ->
                    FILES.getOrDefault(tool, Set.of()).stream().anyMatch(files.access()::contains);
            case OfCommands _ -> tool.equals(RUNS_COMMANDS);
        };
    }

    /** The same, but true of other tools. */
    static boolean mayBe(String tool, Condition condition) {
        boolean isOther = !FILES.containsKey(tool) && !tool.equals(RUNS_COMMANDS);
        return isOther || does(tool, condition);
    }
}
