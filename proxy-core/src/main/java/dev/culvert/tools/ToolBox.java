package dev.culvert.tools;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The built-in tools that work in one directory. Safe for all threads. */
public final class ToolBox {
    private final List<BuiltinTool> tools;

    private ToolBox(List<BuiltinTool> tools) {
        this.tools = List.copyOf(tools);
    }

    /** The tools for files; {@code files} stays the caller's. */
    public static ToolBox of(WorkTree files) {
        return new ToolBox(
                List.of(
                        new ReadFile(files),
                        new WriteFile(files),
                        new EditFile(files),
                        new ListDir(files),
                        new SearchFiles(files)));
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
