package dev.culvert.tools;

import dev.culvert.policy.Action;
import org.jspecify.annotations.Nullable;

/** A tool that an agent runs itself. It decides nothing. Safe for all threads. */
public interface BuiltinTool {
    String name();

    /** For the model. */
    String description();

    /** The JSON Schema of the arguments: an object. */
    String schema();

    /** What a call would do. Looks at the arguments only, or at sizes. */
    Action plan(Arguments arguments) throws ToolException;

    /** Does what was planned; blocks until it is done. Returns what the model is told. */
    String run(Arguments arguments, Grant grant) throws ToolException;

    /**
     * How a call would change a file, for whoever must confirm it; null if it changes none. Changes
     * nothing.
     *
     * @throws ToolException if the call would fail
     */
    default @Nullable Change change(Arguments arguments, Grant grant) throws ToolException {
        return null;
    }

    /**
     * A file before and after a call.
     *
     * @param before null if there is no such file yet, or if it cannot be shown
     * @param unshownBytes the size of a file that is there and cannot be shown, because it is no
     *     text or too large; -1 if there is none
     */
    record Change(String path, @Nullable String before, String after, long unshownBytes) {
        public Change(String path, @Nullable String before, String after) {
            this(path, before, after, -1);
        }
    }
}
