package dev.culvert.daemon.client.bugreport;

import dev.culvert.value.Value;
import java.util.List;
import java.util.Map;

/**
 * What the user knows of what went wrong.
 *
 * @param text the user's words; empty if there are none
 * @param commands the records of what the console ran lately, the oldest first
 * @param workspace files of the workspace by their names, whole
 */
public record Issue(String text, List<Value> commands, Map<String, Value> workspace) {
    public static final Issue NONE = new Issue("", List.of(), Map.of());

    public Issue {
        commands = List.copyOf(commands);
        workspace = Map.copyOf(workspace);
    }
}
