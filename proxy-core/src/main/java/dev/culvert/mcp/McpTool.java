package dev.culvert.mcp;

import dev.culvert.mcp.Tree.Members;
import dev.culvert.policy.Action;
import dev.culvert.tools.Arguments;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.Grant;
import dev.culvert.tools.ToolException;

/** A tool of a server. */
final class McpTool implements BuiltinTool {
    private final McpClient client;
    private final ToolList.Listed listed;
    private final String name;

    McpTool(McpClient client, ToolList.Listed listed, String name) {
        this.client = client;
        this.listed = listed;
        this.name = name;
    }

    ToolList.Listed listed() {
        return listed;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return listed.description();
    }

    @Override
    public String schema() {
        return listed.schema();
    }

    @Override
    public Action plan(Arguments arguments) {
        return new Action.Tool(name);
    }

    @Override
    public String run(Arguments arguments, Grant grant) throws ToolException {
        Members given;
        try {
            given = Tree.read(arguments.json()) instanceof Members members ? members : Members.NONE;
        } catch (BadMessageException e) {
            throw new ToolException("the arguments cannot be passed on: " + e.why(), e);
        }
        Members result = client.call(listed, given, grant);
        String unfinished = Unfinished.why(result);
        if (unfinished != null) {
            throw new ToolException(client.title() + " " + unfinished);
        }
        String text = ResultText.of(result, grant.mostOutputBytes());
        if (result.isTrue("isError")) {
            throw new ToolException(text);
        }
        check(result);
        return text;
    }

    /* The model is to rely on what the tool says of its results. */
    private void check(Members result) throws ToolException {
        Members schema = listed.output();
        if (schema == null) {
            return;
        }
        Tree structured = result.get("structuredContent");
        String difference =
                structured == null
                        ? "it has no structuredContent"
                        : OutputSchema.difference(schema, structured);
        if (difference != null) {
            throw new ToolException(
                    "%s has done its work, but its result is not what the tool's outputSchema says: %s"
                            .formatted(client.title(), difference));
        }
    }
}
