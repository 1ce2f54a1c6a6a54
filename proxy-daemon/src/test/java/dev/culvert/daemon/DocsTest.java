package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every link, path, class, metric, setting and variable that a page of the repository names exists.
 */
class DocsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

    /** A path from the root; what the build makes, below {@code target}, is not looked for. */
    private static final Pattern PATH =
            Pattern.compile(
                    "(?<![\\w./-])((?:proxy-core|proxy-daemon|guest-agent|protocol-spec|\\.ci)/"
                            + "(?![\\w/-]*\\btarget/)[\\w./-]*\\w)");

    private static final Pattern CONTRACT =
            Pattern.compile("(?m)^(?:final )?(?:class|interface) .*\\b(\\w+Contract) \\{$");
    private static final Pattern TEST =
            Pattern.compile("(?<![\\w.-])([A-Z]\\w*[a-z0-9](?:Test|IT))\\b(?:#(\\w+))?");

    /** Only on the page for those who develop: others name what is not ours in the same way. */
    private static final Pattern CLASS = Pattern.compile("`([A-Z][A-Za-z]+)`");

    private static final Pattern METRIC = Pattern.compile("`(culvert_[a-z_]+?)(?:_bucket)?[`{]");

    private static final Pattern VARIABLE = Pattern.compile("\\b(CULVERT_[A-Z0-9_]*[A-Z0-9])\\b");

    /** A key of a section, unless it is a page that has the name of one. */
    private static final Pattern SETTING =
            Pattern.compile(
                    "`((?:access_log|traces|metrics|http|auth|sse|turns|transport|timeouts|link|pool|home|fleet|workers|memory)"
                            + "\\.(?!md\\b)[a-z0-9_]+(?:\\.[a-z0-9_]+)*)`");

    private static final Pattern SECTION = Pattern.compile("(?m)^  \"([a-z_]+)\": \\{$");
    private static final Pattern KEY = Pattern.compile("(?m)^    \"([a-z0-9_]+)\":");
    private static final Pattern INNER_SECTION =
            Pattern.compile("(?ms)^    \"([a-z0-9_]+)\": \\{$(.*?)^    }");
    private static final Pattern INNER_KEY = Pattern.compile("(?m)^      \"([a-z_]+)\":");

    private record Tree(List<Path> pages, Map<String, List<Path>> classes) {}

    private static final Tree TREE = tree();
    private static final Set<String> SETTINGS = settings();

    static List<Path> pagesOfTheRepository() {
        return TREE.pages();
    }

    static Stream<Arguments> pages() {
        return TREE.pages().stream()
                .map(page -> argumentSet(ROOT.relativize(page).toString(), page));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void namesNothingThatDoesNotExist(Path page) {
        String text = text(page);

        List<String> broken = new ArrayList<>();
        LINK.matcher(text)
                .results()
                .map(link -> link.group(1))
                .filter(target -> !target.contains("://") && !leadsSomewhere(page, target))
                .forEach(broken::add);
        PATH.matcher(text)
                .results()
                .map(path -> path.group(1))
                .filter(path -> Files.notExists(ROOT.resolve(path)))
                .forEach(broken::add);
        TEST.matcher(text)
                .results()
                .filter(test -> !isATest(test))
                .map(MatchResult::group)
                .forEach(broken::add);
        if (page.endsWith("developing.md")) {
            names(CLASS, text).stream()
                    .filter(name -> !TREE.classes().containsKey(name))
                    .forEach(broken::add);
        }
        names(METRIC, text).stream().filter(name -> !KnownMetrics.has(name)).forEach(broken::add);
        names(VARIABLE, text).stream()
                .filter(name -> !KnownVariables.has(name))
                .forEach(broken::add);
        names(SETTING, text).stream().filter(key -> !SETTINGS.contains(key)).forEach(broken::add);

        assertThat(broken).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void saysOfEachCommandWhoRunsIt(Path page) throws Exception {
        assertThat(DocBlocks.of(page).badlyMarked()).isEmpty();
    }

    private static boolean leadsSomewhere(Path page, String target) {
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        return Files.exists(file) && (parts.length == 1 || anchors(file).contains(parts[1]));
    }

    private static Set<String> anchors(Path page) {
        return names(HEADING, text(page)).stream()
                .map(heading -> heading.toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\w -]", "").replace(' ', '-'))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean isATest(MatchResult test) {
        return test.group(2) == null
                ? TREE.classes().containsKey(test.group(1))
                : has(test.group(1), test.group(2));
    }

    /** Whether the class has the method, or takes it from a contract. */
    private static boolean has(String type, String method) {
        return TREE.classes().getOrDefault(type, List.of()).stream()
                .map(DocsTest::text)
                .anyMatch(source ->
                        source.contains(" " + method + "(")
                                || names(CONTRACT, source).stream()
                                        .anyMatch(contract -> has(contract, method)));
    }

    /** By the file that is shipped, which holds every key. */
    private static Set<String> settings() {
        Set<String> keys = new TreeSet<>();
        String[] sections =
                text(ROOT.resolve("proxy-daemon/dist/culvertd.jsonc")).split("\n  }", -1);
        for (String section : sections) {
            for (String name : names(SECTION, section)) {
                names(KEY, section).forEach(key -> keys.add(name + "." + key));
                INNER_SECTION
                        .matcher(section)
                        .results()
                        .forEach(inner ->
                                names(INNER_KEY, inner.group(2))
                                        .forEach(key ->
                                                keys.add(name + "." + inner.group(1) + "." + key)));
            }
        }
        return keys;
    }

    private static Set<String> names(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(name -> name.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Tree tree() {
        List<Path> pages = new ArrayList<>();
        Map<String, List<Path>> classes = new HashMap<>();
        try {
            Files.walkFileTree(
                    ROOT,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(
                                Path directory, BasicFileAttributes attributes) {
                            String name = directory.getFileName().toString();
                            boolean isSource = !name.equals("target") && !name.startsWith(".");
                            return isSource || directory.equals(ROOT)
                                    ? FileVisitResult.CONTINUE
                                    : FileVisitResult.SKIP_SUBTREE;
                        }

                        @Override
                        public FileVisitResult visitFile(
                                Path file, BasicFileAttributes attributes) {
                            String name = file.getFileName().toString();
                            if (name.endsWith(".md")) {
                                pages.add(file);
                            } else if (name.endsWith(".java")) {
                                classes.computeIfAbsent(
                                                name.replace(".java", ""), _ -> new ArrayList<>())
                                        .add(file);
                            }
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Tree(pages, classes);
    }
}
