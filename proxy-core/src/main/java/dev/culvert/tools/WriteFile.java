package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.policy.Action;
import dev.culvert.policy.Action.Access;
import org.jspecify.annotations.Nullable;

/** Writes a file as a whole. */
final class WriteFile implements BuiltinTool {
    private final WorkTree files;

    WriteFile(WorkTree files) {
        this.files = files;
    }

    @Override
    public String name() {
        return "write_file";
    }

    @Override
    public String description() {
        return "Writes a text file as a whole; makes the directories that are missing.";
    }

    @Override
    public String schema() {
        return """
        {"type":"object","properties":{\
        "path":{"type":"string","description":"relative to the working directory"},\
        "content":{"type":"string","description":"the whole content"}},\
        "required":["path","content"],"additionalProperties":false}\
        """;
    }

    @Override
    public Action plan(Arguments arguments) throws ToolException {
        arguments.only("path", "content");
        int bytes = arguments.string("content").getBytes(UTF_8).length;
        String path = files.path(arguments.string("path")).toString();
        return new Action.File(name(), path, Access.WRITE, bytes);
    }

    @Override
    public String run(Arguments arguments, Grant grant) throws ToolException {
        byte[] content = arguments.string("content").getBytes(UTF_8);
        FileBounds.check(content.length, grant);
        WorkPath path = files.path(arguments.string("path"));
        files.write(path, content);
        return "wrote " + content.length + " bytes to " + path;
    }

    @Override
    public Change change(Arguments arguments, Grant grant) throws ToolException {
        String content = arguments.string("content");
        FileBounds.check(content.getBytes(UTF_8).length, grant);
        WorkPath path = files.path(arguments.string("path"));
        long size = files.size(path);
        String before = size < 0 ? null : before(path);
        return new Change(path.toString(), before, content, before == null ? size : -1);
    }

    /* What cannot be shown can still be replaced as a whole. Only who must confirm it sees it, not the model. */
    private @Nullable String before(WorkPath path) {
        try {
            return FileBounds.text(path, files.read(path, FileBounds.MOST_BYTES));
        } catch (ToolException _) {
            return null;
        }
    }
}
