package dev.culvert.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The built-in tools that work in one directory. Safe for all threads. */
public final class ToolBox {
    private final List<BuiltinTool> tools;

    private ToolBox(List<BuiltinTool> tools) {
        this.tools = List.copyOf(tools);
    }

    /**
     * The tools for files, and on Linux that for commands if there is to be one; {@code files}
     * stays the caller's.
     *
     * @param environment this process's, of which commands get a part
     */
    public static ToolBox of(WorkTree files, Commands commands, Map<String, String> environment) {
        return of(files, commands, environment, Support.here());
    }

    /** The same on a kernel that offers this. */
    static ToolBox of(
            WorkTree files, Commands commands, Map<String, String> environment, Support kernel) {
        List<BuiltinTool> tools = new ArrayList<>();
        tools.add(new ReadFile(files));
        tools.add(new WriteFile(files));
        tools.add(new EditFile(files));
        tools.add(new ListDir(files));
        tools.add(new SearchFiles(files));
        if (commands != Commands.OFF && files.isForPrograms()) {
            tools.add(new RunCommand(files, new Runner(files, commands, environment, kernel)));
        }
        return new ToolBox(tools);
    }

    public List<BuiltinTool> tools() {
        return tools;
    }

    /** Null if there is no tool of that name. */
    public @Nullable BuiltinTool find(String name) {
        for (BuiltinTool tool : tools) {
            if (tool.name().equals(name)) {
                return tool;
            }
        }
        return null;
    }
}
