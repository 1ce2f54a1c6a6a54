package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/** How large a file may be that a tool holds as a whole. */
final class FileBounds {
    /** What the agent's small heap has room for, several times at once. */
    static final int MOST_BYTES = 1 << 20;

    private FileBounds() {}

    static long most(Grant grant) {
        return Math.min(MOST_BYTES, grant.limits().maxFileBytes());
    }

    static void check(long bytes, Grant grant) throws ToolException {
        if (bytes > most(grant)) {
            throw new ToolException(
                    "the file would have "
                            + bytes
                            + " bytes, and this tool writes up to "
                            + most(grant));
        }
    }

    /* A file that is not UTF-8 would come back changed where nobody wanted it. */
    static String text(WorkPath path, byte[] bytes) throws ToolException {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new ToolException(
                    "'" + Quoted.word(path.toString()) + "' is not a text file in UTF-8", e);
        }
    }
}
