package dev.culvert.guest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code guest-agent/dist/README.md} against the flags that {@code culvert-agent --help} lists. */
class DistReadmeTest {
    private static final Path PAGE = Path.of("dist", "README.md");
    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```.*?^```$");
    private static final Pattern NAMED = Pattern.compile("`(--[a-z][a-z-]*)");
    private static final Pattern DEFAULT = Pattern.compile(" Default: (\\S+)$");

    /** Those that are no settings. */
    private static final List<String> OTHERS =
            List.of(Flag.CONFIG, Flag.PRINT_CONFIG, "--help", "--version");

    private static String page() throws IOException {
        return Files.readString(PAGE);
    }

    static Stream<Flag> flags() {
        return Flag.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("flags")
    void aTableNamesEachFlagWithItsDefault(Flag flag) throws IOException {
        Matcher given = DEFAULT.matcher(flag.description());
        String wanted = "`" + flag.name() + "` (" + (given.find() ? given.group(1) + ")" : "");

        assertThat(page().lines().filter(line -> line.startsWith("| `--")))
                .as(flag.name())
                .anyMatch(line -> line.contains(wanted));
    }

    @Test
    void itNamesNoOtherFlags() throws IOException {
        Set<String> known = Flag.ALL.stream().map(Flag::name).collect(Collectors.toSet());
        known.addAll(OTHERS);
        Set<String> named = new TreeSet<>();
        Matcher found = NAMED.matcher(CODE_BLOCK.matcher(page()).replaceAll(""));
        while (found.find()) {
            named.add(found.group(1));
        }

        assertThat(known).containsAll(named);
        assertThat(named).hasSizeGreaterThan(Flag.ALL.size() - 1);
    }
}
