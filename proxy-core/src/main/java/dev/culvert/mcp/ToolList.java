package dev.culvert.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import dev.culvert.mcp.Tree.Members;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tools that a server lists, as far as they can be used. */
final class ToolList {
    private static final int MOST_NAME_CHARS = 128;
    private static final int MOST_WHY = 8;

    /**
     * One of them.
     *
     * @param schema of its arguments: a JSON object
     * @param headers its arguments that HTTP repeats
     * @param output the schema of its structured results; null if it has none
     */
    record Listed(
            String name,
            String description,
            String schema,
            HeaderParams headers,
            @Nullable Members output) {}

    private final McpLimits limits;
    private final List<Listed> tools = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private long bytes;

    ToolList(McpLimits limits) {
        this.limits = limits;
    }

    void add(List<Tree> page) {
        for (Tree tool : page) {
            add(tool instanceof Members members ? members : Members.NONE);
        }
    }

    private void add(Members tool) {
        String name = tool.text("name");
        String why = name == null ? "it has no name" : add(name, tool);
        if (why != null && leftOut.size() < MOST_WHY) {
            leftOut.add("'" + Quoted.word(String.valueOf(name)) + "': " + why);
        }
    }

    /** Why it is left out; null if it is not. */
    private @Nullable String add(String name, Members tool) {
        if (name.isEmpty() || name.length() > MOST_NAME_CHARS) {
            return "a name has from 1 to " + MOST_NAME_CHARS + " characters";
        }
        if (tools.stream().anyMatch(it -> it.name().equals(name))) {
            return "it is listed twice";
        }
        if (tools.size() == limits.tools()) {
            return "there are more than " + limits.tools() + " tools";
        }
        if (!(tool.get("inputSchema") instanceof Members schema)) {
            return "its inputSchema is not an object";
        }
        if ("required".equals(tool.members("execution").text("taskSupport"))) {
            return "it can be called only as a task, which is not supported";
        }
        HeaderParams headers;
        try {
            headers = HeaderParams.of(schema);
        } catch (BadMessageException e) {
            return e.why();
        }
        String json = schema.json();
        String description = description(tool);
        Members output = tool.get("outputSchema") instanceof Members members ? members : null;
        int outputBytes = output == null ? 0 : output.json().getBytes(UTF_8).length;
        int size = json.getBytes(UTF_8).length + description.length() + outputBytes;
        if (size > limits.toolBytes() || bytes + size > limits.listBytes()) {
            return "its schemas, or all together, are too large";
        }
        bytes += size;
        tools.add(new Listed(name, description, json, headers, output));
        return null;
    }

    private String description(Members tool) {
        String said = tool.text("description");
        String text = said == null ? tool.text("title") : said;
        String all = text == null ? "" : text.strip();
        return all.length() <= limits.descriptionChars()
                ? all
                : all.substring(0, wholeChars(all, limits.descriptionChars()));
    }

    private static int wholeChars(String text, int most) {
        return Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    }

    List<Listed> tools() {
        return tools;
    }

    /** Why some are missing, for people; empty if none is. */
    String leftOut() {
        return String.join("; ", leftOut);
    }
}
