package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import dev.culvert.policy.Action;
import dev.culvert.policy.Action.Access;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

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
        String old = arguments.string("old_text");
        String replacement = arguments.string("new_text");
        boolean all = arguments.isTrue("replace_all");
        if (old.isEmpty()) {
            throw new ToolException("'old_text' is empty; write_file writes a whole file");
        }
        String before = text(path, files.read(path, FileBounds.most(grant)));
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
        byte[] after = before.replace(old, replacement).getBytes(UTF_8);
        FileBounds.check(after.length, grant);
        files.write(path, after);
        return "replaced " + count + (count == 1 ? " piece" : " pieces") + " of " + path;
    }

    /* A file that is not UTF-8 would come back changed where nobody wanted it. */
    private static String text(WorkPath path, byte[] bytes) throws ToolException {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new ToolException(
                    "'" + Quoted.word(path.toString()) + "' is not a text file in UTF-8", e);
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
