package dev.culvert.tools;

import dev.culvert.policy.Action;

/** A tool that is part of the agent. It decides nothing. Safe for all threads. */
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
}
