package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import dev.culvert.policy.Action;
import dev.culvert.policy.Action.Access;
import java.io.ByteArrayOutputStream;

/** Reads a text file, or some lines of it. */
final class ReadFile implements BuiltinTool {
    private static final int MOST_LINES = 1_000_000_000;

    private final WorkTree files;

    ReadFile(WorkTree files) {
        this.files = files;
    }

    @Override
    public String name() {
        return "read_file";
    }

    @Override
    public String description() {
        return "Reads a text file. A long one is cut; read the rest with offset.";
    }

    @Override
    public String schema() {
        return """
        {"type":"object","properties":{\
        "path":{"type":"string","description":"relative to the working directory"},\
        "offset":{"type":"integer","minimum":1,"description":"the first line, from 1"},\
        "limit":{"type":"integer","minimum":1,"description":"how many lines"}},\
        "required":["path"],"additionalProperties":false}\
        """;
    }

    @Override
    public Action plan(Arguments arguments) throws ToolException {
        arguments.only("path", "offset", "limit");
        WorkPath path = files.path(arguments.string("path"));
        return new Action.File(name(), path.toString(), Access.READ, Math.max(0, files.size(path)));
    }

    @Override
    public String run(Arguments arguments, Grant grant) throws ToolException {
        WorkPath path = files.path(arguments.string("path"));
        long first = arguments.integer("offset", 1, 1);
        long lines = arguments.integer("limit", 1, MOST_LINES);
        Lines wanted = new Lines(path, first, lines, grant);
        files.read(path, wanted);
        return wanted.text();
    }

    /** The lines that were asked for, as far as they fit. */
    private static final class Lines implements WorkTree.Taker {
        private final WorkPath path;
        private final long first;
        private final long end;
        private final Grant grant;
        private final ByteArrayOutputStream text = new ByteArrayOutputStream();
        private long line = 1;
        private long readBytes;
        private boolean cut;

        Lines(WorkPath path, long first, long lines, Grant grant) {
            this.path = path;
            this.first = first;
            end = first + lines;
            this.grant = grant;
        }

        @Override
        public boolean take(byte[] piece, int length) throws ToolException {
            readBytes += length;
            if (readBytes > grant.limits().maxFileBytes()) {
                throw new ToolException(
                        "'"
                                + Quoted.word(path.toString())
                                + "' is larger than the policy allows to read (max_file_bytes "
                                + grant.limits().maxFileBytes()
                                + ")");
            }
            for (int i = 0; i < length; i++) {
                if (line >= end) {
                    cut = true;
                    return false;
                }
                byte next = piece[i];
                if (next == 0) {
                    throw new ToolException(
                            "'" + Quoted.word(path.toString()) + "' is not a text file");
                }
                if (line >= first) {
                    if (text.size() == grant.mostOutputBytes()) {
                        cut = true;
                        return false;
                    }
                    text.write(next);
                }
                if (next == '\n') {
                    line++;
                }
            }
            return true;
        }

        String text() {
            String read = text.toString(UTF_8);
            if (line < first) {
                return "[the file has " + line + " lines]";
            }
            return cut ? read + "\n[cut in line " + line + ": go on with offset]" : read;
        }
    }
}
