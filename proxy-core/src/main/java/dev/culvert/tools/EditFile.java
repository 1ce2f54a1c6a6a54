package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import dev.culvert.policy.Action;
import dev.culvert.policy.Action.Access;
import java.util.Locale;

/** Replaces an exact piece of a file. */
final class EditFile implements BuiltinTool {
    private final WorkTree files;

    EditFile(WorkTree files) {
        this.files = files;
    }

    @Override
    public String name() {
        return "edit_file";
    }

    @Override
    public String description() {
        return "Replaces an exact piece of a text file. The piece must occur once, unless"
                + " replace_all is true.";
    }

    @Override
    public String schema() {
        return """
        {"type":"object","properties":{\
        "path":{"type":"string","description":"relative to the working directory"},\
        "old_text":{"type":"string","description":"what is there, to the letter"},\
        "new_text":{"type":"string","description":"what is to be there"},\
        "replace_all":{"type":"boolean"}},\
        "required":["path","old_text","new_text"],"additionalProperties":false}\
        """;
    }

    @Override
    public Action plan(Arguments arguments) throws ToolException {
        arguments.only("path", "old_text", "new_text", "replace_all");
        WorkPath path = files.path(arguments.string("path"));
        return new Action.File(
                name(), path.toString(), Access.WRITE, Math.max(0, files.size(path)));
    }

    @Override
    public String run(Arguments arguments, Grant grant) throws ToolException {
        WorkPath path = files.path(arguments.string("path"));
        Edit edit = edit(path, arguments, grant);
        files.write(path, edit.after().getBytes(UTF_8));
        return "replaced "
                + edit.count()
                + (edit.count() == 1 ? " piece" : " pieces")
                + " of "
                + path;
    }

    @Override
    public Change change(Arguments arguments, Grant grant) throws ToolException {
        WorkPath path = files.path(arguments.string("path"));
        Edit edit = edit(path, arguments, grant);
        return new Change(path.toString(), edit.before(), edit.after());
    }

    /**
     * @param count how many pieces are replaced
     */
    private record Edit(String before, String after, int count) {}

    private Edit edit(WorkPath path, Arguments arguments, Grant grant) throws ToolException {
        String old = arguments.string("old_text");
        String replacement = arguments.string("new_text");
        boolean all = arguments.isTrue("replace_all");
        if (old.isEmpty()) {
            throw new ToolException("'old_text' is empty; write_file writes a whole file");
        }
        mustBeAllowed(Access.READ, Math.max(0, files.size(path)), path, grant);
        String before = FileBounds.text(path, files.read(path, FileBounds.most(grant)));
        int count = count(before, old);
        if (count == 0) {
            throw new ToolException(
                    "'old_text' does not occur in '"
                            + Quoted.word(path.toString())
                            + "'; read the file again");
        }
        if (count > 1 && !all) {
            throw new ToolException(
                    "'old_text' occurs "
                            + count
                            + " times; give more of what is around it, or set replace_all");
        }
        long chars = before.length() + (long) count * (replacement.length() - old.length());
        FileBounds.check(chars, grant);
        String after = before.replace(old, replacement);
        int bytes = after.getBytes(UTF_8).length;
        FileBounds.check(bytes, grant);
        mustBeAllowed(Access.WRITE, bytes, path, grant);
        return new Edit(before, after, count);
    }

    /** What the plan does not say: that it reads, and how much it writes. */
    private void mustBeAllowed(Access access, long bytes, WorkPath path, Grant grant)
            throws ToolException {
        if (!grant.allows().test(new Action.File(name(), path.toString(), access, bytes))) {
            throw new ToolException(
                    "nothing was done, because the policy does not let edit_file "
                            + access.name().toLowerCase(Locale.ROOT)
                            + " '"
                            + Quoted.word(path.toString())
                            + "' of "
                            + bytes
                            + " bytes; it must read a file and write it");
        }
    }

    private static int count(String text, String piece) {
        int count = 0;
        int at = text.indexOf(piece);
        while (at >= 0) {
            count++;
            at = text.indexOf(piece, at + piece.length());
        }
        return count;
    }
}
