package dev.culvert.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The commands and programs of the pages. The words after a block's language say who runs it:
 *
 * <pre>
 *   ```sh                          DocCommandsTest
 *   ```sh third-party              nobody: it starts programs of others, or needs their hardware
 *   ```sh by-hand                  nobody: it needs root, or a daemon with tokens or certificates
 *   ```sh tested-by=PATH           that script, or that test
 *   command    # third party       nobody, for this line alone
 * </pre>
 */
record DocBlocks(Path page, List<Block> all) {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    static final Set<String> LANGUAGES = Set.of("sh", "python", "js", "java");

    private static final Pattern FENCE =
            Pattern.compile("(?ms)^ *```([a-z]*) ?([^\\n]*)\\n(.*?)^ *```$");

    /** What begins a line of a shell, in a block that does not say that it is for one. */
    private static final Pattern COMMAND =
            Pattern.compile(
                    "(?m)^(\\./culvert|culvert|culvertd|culvert-agent|curl|mvn|systemctl|apt|apt-get|journalctl|sudo)"
                            + " ");

    record Block(String language, String mark, String text) {
        boolean runs() {
            return LANGUAGES.contains(language) && mark.isEmpty();
        }

        /** Without the lines that are marked. */
        String lines() {
            return text.stripIndent().replaceAll("(?m)^.*# third party$", "");
        }

        private boolean isMarkedWell() throws IOException {
            if (!LANGUAGES.contains(language)) {
                return mark.isEmpty() && (!language.isEmpty() || !COMMAND.matcher(text).find());
            }
            if (!mark.startsWith("tested-by=")) {
                return Set.of("", "third-party", "by-hand").contains(mark);
            }
            Path script = ROOT.resolve(mark.substring("tested-by=".length()));
            return Files.isRegularFile(script)
                    && (!language.equals("sh") || areIn(Files.readString(script)));
        }

        /** Whether a script has the program of each line, and what the program is to do. */
        private boolean areIn(String script) {
            return text.lines()
                    .map(line -> line.replaceFirst("(^|\\s)#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .flatMap(line ->
                            Stream.of(line.split("\\s+"))
                                    .filter(word -> !word.startsWith("-"))
                                    .limit(2))
                    .allMatch(script::contains);
        }
    }

    static DocBlocks of(Path page) throws IOException {
        return new DocBlocks(
                page,
                FENCE.matcher(Files.readString(page))
                        .results()
                        .map((MatchResult it) -> new Block(it.group(1), it.group(2), it.group(3)))
                        .toList());
    }

    /** Those that nobody would run, because they do not say who does. */
    List<String> badlyMarked() throws IOException {
        List<String> bad = new java.util.ArrayList<>();
        for (Block block : all) {
            if (!block.isMarkedWell()) {
                bad.add("```" + block.language() + " " + block.mark() + "\n" + block.text());
            }
        }
        return bad;
    }

    /** What is to be run of one language. */
    List<String> running(String language) {
        return all.stream()
                .filter(block -> block.language().equals(language) && block.runs())
                .map(Block::lines)
                .toList();
    }
}
