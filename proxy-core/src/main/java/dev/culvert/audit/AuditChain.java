package dev.culvert.audit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a log from its oldest line, and checks that each contains the hash of the one before. */
public final class AuditChain {
    private @Nullable Head last;
    private final @Nullable Head noted;
    private boolean metNoted;
    private long first;

    private AuditChain(@Nullable Head noted) {
        this.noted = noted;
        metNoted = noted == null || noted.number() == 0;
    }

    /** What the check found. */
    public sealed interface Verdict {
        /**
         * Each line follows the one before.
         *
         * @param first the number of the oldest line; more than 1 after older files were removed; 0
         *     for no line
         * @param head the last line
         * @param unfinished bytes after it: a line that is being written, or one whose writer was
         *     killed
         */
        record Sound(long first, Head head, long unfinished) implements Verdict {}

        /**
         * A line is not what was written, or does not follow the one before.
         *
         * @param line counted in the file from 1
         * @param why a clause without a full stop
         */
        record Broken(Path file, long line, String why) implements Verdict {}
    }

    static Verdict verify(List<Path> oldestFirst, @Nullable Head noted) throws IOException {
        AuditChain chain = new AuditChain(noted);
        long unfinished = 0;
        for (Path file : oldestFirst) {
            boolean isNewest = file.equals(oldestFirst.getLast());
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                long number = 0;
                for (byte[] line = line(in); line != null; line = line(in)) {
                    number++;
                    boolean isWhole = line.length > 0 && line[line.length - 1] == '\n';
                    if (!isWhole && isNewest && line.length <= AuditLine.LONGEST) {
                        unfinished = line.length;
                        continue;
                    }
                    String why = isWhole ? chain.next(line) : "it has no end";
                    if (why != null) {
                        return new Verdict.Broken(file, number, why);
                    }
                }
            }
        }
        return chain.end(oldestFirst, unfinished);
    }

    /** Null where the line follows; else why it does not. */
    private @Nullable String next(byte[] lineAndEnd) {
        byte[] bytes = new byte[lineAndEnd.length - 1];
        System.arraycopy(lineAndEnd, 0, bytes, 0, bytes.length);
        AuditLine line = AuditLine.read(bytes);
        if (line == null) {
            return "it is no line of an audit log";
        }
        Head before = last == null && line.number() == 1 ? Head.NONE : last;
        if (before == null) {
            first = line.number(); // older files were removed
        } else if (line.number() != before.number() + 1) {
            return "it has the number %d and follows number %d"
                    .formatted(line.number(), before.number());
        } else if (!line.before().equals(before.hash())) {
            return "the line before it, number %d, is not the one that was written"
                    .formatted(before.number());
        } else if (last == null) {
            first = 1;
        }
        last = line.head();
        if (noted != null && noted.number() == line.number()) {
            metNoted = true;
            return noted.equals(line.head())
                    ? null
                    : "number %d is not the line that was noted".formatted(line.number());
        }
        return null;
    }

    private Verdict end(List<Path> files, long unfinished) {
        if (!metNoted && noted != null && (last == null || noted.number() > last.number())) {
            Path newest = files.isEmpty() ? Path.of("") : files.getLast();
            return new Verdict.Broken(
                    newest,
                    0,
                    "it ends with number %d, before the line that was noted, number %d"
                            .formatted(last == null ? 0 : last.number(), noted.number()));
        }
        return new Verdict.Sound(first, last == null ? Head.NONE : last, unfinished);
    }

    /** The next line with its end, or what is there of it; null at the end of the file. */
    private static byte @Nullable [] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(512);
        for (int b = in.read(); b >= 0; b = in.read()) {
            line.write(b);
            if (b == '\n' || line.size() > AuditLine.LONGEST + 1) {
                break;
            }
        }
        return line.size() == 0 ? null : line.toByteArray();
    }
}
