package dev.culvert.audit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The end of a file.
 *
 * @param head the last whole line; null where there is none
 * @param length of the file with that line and its end
 */
record AuditTail(@Nullable Head head, long length) {
    static AuditTail read(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            // Room for a whole line before an unfinished one.
            int room = (int) Math.min(file.length(), 2 * (AuditLine.LONGEST + 1));
            byte[] end = new byte[room];
            long from = file.length() - room;
            file.seek(from);
            file.readFully(end);
            int after = lastIndex(end, room);
            if (after < 0 && from > 0) {
                throw damaged(path);
            }
            if (after < 0) {
                return new AuditTail(null, 0);
            }
            int start = lastIndex(end, after) + 1;
            byte[] last = new byte[after - start];
            System.arraycopy(end, start, last, 0, last.length);
            AuditLine line = AuditLine.read(last);
            if (line == null) {
                throw damaged(path);
            }
            return new AuditTail(line.head(), from + after + 1);
        }
    }

    /** Of the last line's end before {@code to}; -1 for none. */
    private static int lastIndex(byte[] bytes, int to) {
        for (int i = to - 1; i >= 0; i--) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private static IOException damaged(Path path) {
        return new IOException(
                path
                        + " does not end with a line of an audit log, so nothing can be appended: see"
                        + " culvert audit verify, keep the file, and move it away");
    }
}
