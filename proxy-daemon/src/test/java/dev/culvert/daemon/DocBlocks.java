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
 *   ```sh third-party              nobody: it needs a program that is not ours, nor Debian's
 *   ```sh secured                  DocSecuredTest: needs a daemon with tokens, TLS or an admin socket
 *   ```sh tested-by=PATH           that script, or that test, which has the command or takes it
 *                                  from the page
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

    /** Whom a block may need that nobody runs: neither we nor Debian have them. */
    private static final Pattern THIRD_PARTY =
            Pattern.compile(
                    "\\b(firecracker|cloud-hypervisor|ch-remote|api\\.sock|claude|anthropic|openai"
                            + "|client\\.(messages|chat))\\b");

    /** What we or Debian have. */
    private static final Pattern RUNNABLE =
            Pattern.compile(
                    "(?m)(^|&& |\\| )(\\./culvert|culvert|culvertd|culvert-agent|mvn|systemctl|apt-get"
                            + "|modprobe|debootstrap|install|groupadd|chroot|qemu-\\S+|socat|jq) ");

    private static final Pattern JOINED = Pattern.compile("\\\\\\R\\s*");
    private static final String SECURED = "secured";

    record Block(String language, String mark, String text) {
        boolean runs() {
            return LANGUAGES.contains(language) && mark.isEmpty();
        }

        boolean needsASecuredDaemon() {
            return language.equals("sh") && mark.equals(SECURED);
        }

        /** Without the lines that are marked. */
        String lines() {
            return text.stripIndent().replaceAll("(?m)^.*# third party$", "");
        }

        private boolean isMarkedWell(Path page) throws IOException {
            if (!LANGUAGES.contains(language)) {
                return mark.isEmpty() && (!language.isEmpty() || !COMMAND.matcher(text).find());
            }
            if (mark.equals("third-party")) {
                return THIRD_PARTY.matcher(text).find() && !RUNNABLE.matcher(text).find();
            }
            if (!mark.startsWith("tested-by=")) {
                return Set.of("", SECURED).contains(mark);
            }
            Path file = ROOT.resolve(mark.substring("tested-by=".length()));
            if (!Files.isRegularFile(file)) {
                return false;
            }
            String script = Files.readString(file);
            return !language.equals("sh")
                    || script.contains(ROOT.relativize(page).toString())
                    || areIn(script);
        }

        /** Whether one line of a script has the program of each command, and what it is to do. */
        private boolean areIn(String script) {
            List<String> lines =
                    JOINED.matcher(script)
                            .replaceAll(" ")
                            .lines()
                            .map(line -> line.replaceFirst("(^|\\s)#.*", "").replace("\"", ""))
                            .toList();
            return Stream.of(JOINED.matcher(text).replaceAll(" ").split("\\R|&&"))
                    .map(command -> command.replaceFirst("(^|\\s)#.*", "").strip())
                    .filter(command -> !command.isEmpty())
                    .map(Block::essence)
                    .allMatch(essence ->
                            lines.stream().anyMatch(line -> essence.matcher(line).find()));
        }

        /**
         * Its program, for which a script may have a wrapper, and what that is to do: the words
         * that are no flags, files or placeholders, or else the first flag.
         */
        private static Pattern essence(String command) {
            List<String> words = List.of(command.split("\\s+"));
            List<String> after = words.subList(1, words.size());
            List<String> plain =
                    after.stream().filter(it -> it.matches("[a-z][a-z0-9.-]*")).toList();
            StringBuilder essence = new StringBuilder("(^|[\\s/(;!])");
            essence.append(Pattern.quote(words.getFirst().replaceFirst(".*/", "")));
            essence.append("(_\\w+)?(?=\\s|$)");
            for (String word :
                    plain.isEmpty() ? after.subList(0, Math.min(1, after.size())) : plain) {
                essence.append(".*\\s").append(Pattern.quote(word)).append("(?=[\\s;)]|$)");
            }
            return Pattern.compile(essence.toString());
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
            if (!block.isMarkedWell(page)) {
                bad.add("```" + block.language() + " " + block.mark() + "\n" + block.text());
            }
        }
        return bad;
    }

    /** What is to be run against a daemon with tokens, TLS and an admin socket. */
    List<String> secured() {
        return all.stream().filter(Block::needsASecuredDaemon).map(Block::lines).toList();
    }

    /** What is to be run of one language. */
    List<String> running(String language) {
        return all.stream()
                .filter(block -> block.language().equals(language) && block.runs())
                .map(Block::lines)
                .toList();
    }
}
