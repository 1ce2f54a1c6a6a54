package dev.culvert.daemon.client.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DiffTest {
    private static String lines(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(i -> i + "\n")
                .collect(Collectors.joining());
    }

    @Test
    void aChangedLineHasSomeLinesAroundIt() {
        assertThat(Diff.of(lines(1, 20), lines(1, 9) + "ten\n" + lines(11, 20)))
                .containsExactly("@@ line 7", " 7", " 8", " 9", "-10", "+ten", " 11", " 12", " 13");
    }

    @Test
    void twoPlacesAreTwoPieces() {
        assertThat(Diff.of(lines(1, 30), "0\n" + lines(1, 24) + lines(26, 30)))
                .containsExactly(
                        "@@ line 1",
                        "+0",
                        " 1",
                        " 2",
                        " 3",
                        "@@ line 23",
                        " 22",
                        " 23",
                        " 24",
                        "-25",
                        " 26",
                        " 27",
                        " 28");
    }

    @Test
    void aNewFileIsAllAdded() {
        assertThat(Diff.of("", "a\nb\n")).containsExactly("@@ line 1", "+a", "+b");
    }

    @Test
    void aMissingLineFeedIsSeen() {
        assertThat(Diff.of("a\n", "a")).containsExactly("@@ line 1", "-a", "+a [no line feed]");
    }

    @Test
    void theSameIsEmpty() {
        assertThat(Diff.of("a\nb", "a\nb")).isEmpty();
    }

    @Test
    void whatIsTooLargeToCompareIsReplacedAsAWhole() {
        List<String> diff = Diff.of(lines(1, 3_000), lines(5_000, 8_000));

        assertThat(diff).hasSize(1 + 3_000 + 3_001).startsWith("@@ line 1", "-1");
    }
}
