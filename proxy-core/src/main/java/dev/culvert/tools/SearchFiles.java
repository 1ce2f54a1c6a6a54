package dev.culvert.tools;

import dev.culvert.io.Quoted;
import dev.culvert.policy.Action;
import dev.culvert.policy.Action.Access;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Finds files by name, or lines by a regular expression. */
final class SearchFiles implements BuiltinTool {
    private static final int MOST_PATTERN_CHARS = 1_000;

    private final WorkTree files;

    SearchFiles(WorkTree files) {
        this.files = files;
    }

    @Override
    public String name() {
        return "search_files";
    }

    @Override
    public String description() {
        return "Finds files beneath a directory: by a glob for their names, and by a regular"
                + " expression for lines in them. Answers path, or path:line:text.";
    }

    @Override
    public String schema() {
        return """
        {"type":"object","properties":{\
        "path":{"type":"string","description":"where to begin; the working directory is ."},\
        "glob":{"type":"string","description":"* stands for any characters; with a slash it is\
         matched with the path, else with the name"},\
        "pattern":{"type":"string","description":"a regular expression, as in Java"},\
        "max_results":{"type":"integer","minimum":1}},\
        "additionalProperties":false}\
        """;
    }

    @Override
    public Action plan(Arguments arguments) throws ToolException {
        arguments.only("path", "glob", "pattern", "max_results");
        return new Action.File(name(), path(arguments).toString(), Access.LIST, 0);
    }

    private WorkPath path(Arguments arguments) throws ToolException {
        String given = arguments.string("path", null);
        return files.path(given == null ? "." : given);
    }

    @Override
    public String run(Arguments arguments, Grant grant) throws ToolException {
        String glob = arguments.string("glob", null);
        Pattern pattern = pattern(arguments.string("pattern", null));
        if (glob == null && pattern == null) {
            throw new ToolException("give 'glob', 'pattern' or both");
        }
        long most = arguments.integer("max_results", 1, Search.MOST_RESULTS);
        return new Search(files, grant, glob, pattern, (int) Math.min(most, Search.MOST_RESULTS))
                .from(path(arguments));
    }

    private static @Nullable Pattern pattern(@Nullable String text) throws ToolException {
        if (text == null) {
            return null;
        }
        if (text.length() > MOST_PATTERN_CHARS) {
            throw new ToolException(
                    "a pattern may have up to " + MOST_PATTERN_CHARS + " characters");
        }
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new ToolException(
                    "the pattern is wrong: " + Quoted.sentence(e.getDescription()), e);
        } catch (StackOverflowError e) {
            throw new ToolException("the pattern is nested too deeply", e);
        }
    }
}
