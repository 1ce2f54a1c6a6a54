package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import dev.culvert.policy.Action;
import dev.culvert.policy.Action.Access;
import dev.culvert.policy.Glob;
import java.io.ByteArrayOutputStream;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One search. Everything in it has a bound: what it visits, what it reads, and what it says. */
final class Search {
    static final int MOST_RESULTS = 1_000;
    private static final int MOST_ENTRIES = 50_000;
    private static final int MOST_OF_A_DIRECTORY = 10_000;
    private static final int MOST_DEPTH = 64;
    private static final long MOST_READ_BYTES = 128L << 20;
    private static final long MOST_FILE_BYTES = 8L << 20;
    private static final int MOST_LINE_BYTES = 16 << 10;
    private static final int SHOWN_LINE_CHARS = 300;
    private static final long MOST_LOOKS = 100_000_000;
    private static final String TOOL = "search_files";

    private final WorkTree files;
    private final Grant grant;
    private final @Nullable String glob;
    private final @Nullable Pattern pattern;
    private final int mostResults;
    private final BoundedText.Looks looks = new BoundedText.Looks(MOST_LOOKS);
    private final long deadline;
    private final StringBuilder found = new StringBuilder();
    private int results;
    private int entries;
    private long readBytes;

    /** Why the search ended early; null if it did not. */
    private @Nullable String cut;

    Search(
            WorkTree files,
            Grant grant,
            @Nullable String glob,
            @Nullable Pattern pattern,
            int mostResults) {
        this.files = files;
        this.grant = grant;
        this.glob = glob;
        this.pattern = pattern;
        this.mostResults = mostResults;
        deadline = System.nanoTime() + grant.limits().timeout().toNanos();
    }

    String from(WorkPath start) throws ToolException {
        directory(start, files.list(start, MOST_OF_A_DIRECTORY), 0);
        if (cut != null) {
            found.append('[').append(cut).append("]\n");
        }
        return found.isEmpty() ? "[nothing was found]" : found.toString();
    }

    private void directory(WorkPath path, Folder.Entries content, int depth) throws ToolException {
        if (content.more()) {
            stop("'" + Quoted.word(path.toString()) + "' has too many entries");
        }
        for (Folder.Entry entry : content.entries()) {
            if (++entries > MOST_ENTRIES || System.nanoTime() - deadline > 0) {
                stop("the search was stopped: begin further down, with path");
            }
            if (cut != null) {
                return;
            }
            WorkPath child = path.child(entry.name());
            if (entry.stat().isDirectory()) {
                descend(child, depth + 1);
            } else if (entry.stat().isRegular() && isWanted(child)) {
                file(child, entry.stat().size());
            }
        }
    }

    /* What cannot be listed, or vanished meanwhile, is left out. */
    private void descend(WorkPath child, int depth) throws ToolException {
        if (depth > MOST_DEPTH || !may(child, Access.LIST, 0)) {
            return;
        }
        Folder.Entries content;
        try {
            content = files.list(child, MOST_OF_A_DIRECTORY);
        } catch (ToolException _) {
            return;
        }
        directory(child, content, depth);
    }

    private boolean may(WorkPath path, Access access, long bytes) {
        return grant.allows().test(new Action.File(TOOL, path.toString(), access, bytes));
    }

    private boolean isWanted(WorkPath path) {
        if (glob == null) {
            return true;
        }
        return Glob.matches(glob, glob.contains("/") ? path.toString() : path.last());
    }

    private void file(WorkPath path, long size) throws ToolException {
        if (pattern == null) {
            tell(Quoted.cut(path.toString(), 4_096));
            return;
        }
        if (size > Math.min(MOST_FILE_BYTES, grant.limits().maxFileBytes())
                || !may(path, Access.READ, size)) {
            return;
        }
        try {
            Lines lines = new Lines(path, pattern);
            files.read(path, lines);
            lines.end();
        } catch (ToolException e) {
            if (e.getCause() instanceof BoundedText.TooMany) {
                throw e;
            }
        }
    }

    private void tell(String line) {
        if (found.length() + line.length() + 1 > grant.mostOutputBytes()) {
            stop("there is more than the result may have: search for less");
            return;
        }
        found.append(line).append('\n');
        results++;
        if (results == mostResults) {
            stop("there may be more than " + mostResults + " results");
        }
    }

    private void stop(String why) {
        cut = cut == null ? why : cut;
    }

    /** The lines of one file. */
    private final class Lines implements WorkTree.Taker {
        private final WorkPath path;
        private final Pattern wanted;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private int number = 1;
        private boolean isBinary;

        Lines(WorkPath path, Pattern wanted) {
            this.path = path;
            this.wanted = wanted;
        }

        @Override
        public boolean take(byte[] piece, int length) throws ToolException {
            readBytes += length;
            if (readBytes > MOST_READ_BYTES) {
                stop("the search read " + MOST_READ_BYTES + " bytes: begin further down");
            }
            for (int i = 0; i < length && cut == null; i++) {
                byte next = piece[i];
                if (next == 0) {
                    isBinary = true;
                    return false;
                }
                if (next == '\n') {
                    look();
                } else if (line.size() < MOST_LINE_BYTES) {
                    line.write(next);
                }
            }
            return cut == null;
        }

        /** The last line may have no end. */
        void end() throws ToolException {
            if (line.size() > 0 && cut == null && !isBinary) {
                look();
            }
        }

        private void look() throws ToolException {
            String text = line.toString(UTF_8);
            line.reset();
            try {
                if (wanted.matcher(new BoundedText(text, looks)).find()) {
                    String shown = Quoted.cut(text, SHOWN_LINE_CHARS);
                    tell(Quoted.cut(path.toString(), 4_096) + ":" + number + ":" + shown);
                }
            } catch (BoundedText.TooMany e) {
                throw new ToolException(
                        "the pattern backtracks too much; avoid a repetition in a repetition", e);
            } catch (StackOverflowError e) {
                throw new ToolException(
                        "the pattern backtracks too much; avoid a choice in a repetition",
                        new BoundedText.TooMany());
            }
            number++;
        }
    }
}
