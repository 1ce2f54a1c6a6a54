package dev.culvert.daemon.client.chat;

import dev.culvert.tools.Arguments;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.ToolException;
import java.util.List;

/** A tool that is bounded by something beside the policy, which can only narrow it further. */
public interface BoundedTool extends BuiltinTool {
    /** Whether it is offered and run now. */
    boolean isOffered();

    /** Whether somebody must agree to each call, also where the policy allows it. */
    boolean isAlwaysAsked();

    /**
     * What a call would do, for whoever must agree; quoted.
     *
     * @throws ToolException if the call would be refused
     */
    List<String> picture(Arguments arguments) throws ToolException;
}
