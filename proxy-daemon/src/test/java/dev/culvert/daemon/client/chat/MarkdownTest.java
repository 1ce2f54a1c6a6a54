package dev.culvert.daemon.client.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MarkdownTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/client/chat/answer.txt");
    private static final Pattern STYLES = Pattern.compile("\u001B\\[(0|1|2|3|36|39|22|1;3|22;23)m");
    private static final long SEED = 20261130;
    private static final int ROUNDS = 2_000;

    private static String shown(String... pieces) {
        StringBuilder shown = new StringBuilder();
        Markdown markdown = new Markdown(shown::append);
        for (String piece : pieces) {
            markdown.piece(piece);
        }
        markdown.end();
        return shown.toString();
    }

    /** With the styles as tags. */
    private static String tagged(String... pieces) {
        return shown(pieces)
                .replace("\u001B[1m", "<b>")
                .replace("\u001B[3m", "<i>")
                .replace("\u001B[1;3m", "<bi>")
                .replace("\u001B[22;23m", "</>")
                .replace("\u001B[36m", "<c>")
                .replace("\u001B[39m", "</c>")
                .replace("\u001B[2m│\u001B[22m", "|")
                .replace("\u001B[0m", "</all>");
    }

    @Test
    void emphasisAndCodeAreShownAsStyles() {
        assertThat(tagged("a *b* **c** _d_ `e*f*` ***g***\n"))
                .isEqualTo("a <i>b</> <b>c</> <i>d</> <c>e*f*</c> <bi>g</>\n");
        assertThat(tagged("**a `b` c**")).isEqualTo("<b>a <c>b</c> c</>");
        assertThat(tagged("``a`b``")).isEqualTo("<c>a`b</c>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "use *args and **kwargs",
                "2 * 3 * 4",
                "snake_case_name",
                "a ` b",
                "**",
                "-- x",
                "1986. A year",
                "#hashtag",
                "C:\\dir",
                "| a | b |",
                "*",
                "`"
            })
    void whatIsNoMarkStaysAsItIs(String text) {
        assertThat(shown(text)).isEqualTo(text);
        assertThat(shown(text + "\nx")).isEqualTo(text + "\nx");
    }

    @Test
    void aHeadingIsStrongAndItsMarkIsGone() {
        assertThat(tagged("# One\ntext\n### Two `c`\n"))
                .isEqualTo("<b>One</all>\ntext\n<b>Two <c>c</c></all>\n");
    }

    @Test
    void listsAndQuotationsKeepTheirDepth() {
        assertThat(tagged("- a\n  * b\n1. c\n> d\n---\n* e*f\n"))
                .isEqualTo("• a\n  • b\n1. c\n| d\n────────────────\n• e*f\n");
    }

    @Test
    void codeIsPlainToCopy() {
        String code = "if (a **b** > `c`) {\n\n    # no heading\n\treturn;\n}\n";

        assertThat(shown("so:\n```java\n" + code + "```\nend\n"))
                .isEqualTo("so:\n" + code + "end\n");
        assertThat(shown("~~~\n```\n~~~\nend")).isEqualTo("```\nend");
        assertThat(shown("```\nnot closed")).isEqualTo("not closed");
        assertThat(shown("````\n```\n````\n")).isEqualTo("```\n");
    }

    @Test
    void aPauseInTheMiddleChangesNothingOfWhatFollows() {
        StringBuilder shown = new StringBuilder();
        Markdown markdown = new Markdown(shown::append);

        markdown.piece("```\n# co");
        markdown.pause();
        markdown.piece("de\n``");
        markdown.pause();
        markdown.piece("x\n```\n- it");
        markdown.pause();
        markdown.piece("em\n# A *b");
        markdown.pause();
        markdown.piece("c*\n- d");
        markdown.end();

        assertThat(shown.toString().replaceAll("\u001B\\[[0-9;]*m", ""))
                .isEqualTo("# code\n``x\n• item\nA *bc*\n• d");
    }

    @Test
    void nothingFromOutsideMovesTheCursor() {
        assertThat(shown("a\u001B[2Jb\rc\u0007\u009b1m\u202e"))
                .isEqualTo("a\\u001b[2Jb\\rc\\u0007\\u009b1m\\u202e");
        assertThat(shown("```\n\u001B]0;title\u0007\n```\n")).isEqualTo("\\u001b]0;title\\u0007\n");
        assertThat(shown("a\r\nb\r", "\nc")).isEqualTo("a\nb\nc");
    }

    @Test
    void halvesOfAPairInTwoPiecesAreOneCharacter() {
        assertThat(shown("a\ud83d", "\udc69b")).isEqualTo("a\ud83d\udc69b");
        assertThat(shown("a\ud83d")).isEqualTo("a\\ud83d");
    }

    @Test
    void whatIsCertainIsShownAtOnce() {
        StringBuilder shown = new StringBuilder();
        Markdown markdown = new Markdown(shown::append);

        markdown.piece("Hel");
        assertThat(shown).hasToString("Hel");
        markdown.piece("lo **wor");
        assertThat(shown).hasToString("Hello ");
        markdown.piece("ld** a");
        assertThat(shown).hasToString("Hello \u001B[1mworld\u001B[22;23m a");
    }

    @Test
    void aMarkThatIsNotClosedForLongIsNone() {
        StringBuilder shown = new StringBuilder();
        Markdown markdown = new Markdown(shown::append);

        markdown.piece("*" + "x".repeat(5_000));

        assertThat(shown).hasToString("*" + "x".repeat(5_000));
    }

    @Test
    void aLineIsARuleUpToACertainLength() {
        assertThat(shown("   - - -  \n" + "_".repeat(200) + "\n"))
                .isEqualTo("────────────────\n────────────────\n");
        assertThat(shown("    ---\n--\n- - *\n")).isEqualTo("    ---\n--\n• - *\n");
        assertThat(shown("-".repeat(300) + "\n")).isEqualTo("-".repeat(300) + "\n");
        assertThat(shown("```\n" + "`".repeat(300) + "\n```\nend"))
                .isEqualTo("`".repeat(300) + "\nend");
    }

    /* An answer of a megabyte in one line, which an agent can send in one event or in many. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-",
                "- ",
                "_ ",
                "* ",
                " ",
                "\t",
                "#",
                ">",
                "`",
                "~",
                "+",
                "*",
                "*a ",
                "_a ",
                "**a *b _c ",
                "*a* ",
                "**a *b* c** ",
                "`a ``b ```c ",
                "`a` ",
                "\\",
                "a",
                "\u001B[",
                "\r",
                "\r\n",
                "\ud83d",
                "-\n",
                "```\n",
                "~~~x\n",
                "*a\n"
            })
    void aLongHostileAnswerIsShownSoon(String hostile) {
        String text = hostile.repeat(1_000_000 / hostile.length());
        Random random = new Random(SEED);
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> {
                    for (String begin : List.of("", "a*`")) {
                        assertOnlyStyles(shown(begin + text));
                    }
                    String[] pieces = new String[2_000];
                    for (int i = 0, at = 0; i < pieces.length; i++) {
                        int end = Math.min(text.length(), at + 1 + random.nextInt(1_000));
                        pieces[i] = text.substring(at, end);
                        at = end;
                    }
                    assertOnlyStyles(shown(pieces));
                });
    }

    @Test
    void aMixtureOfMarksIsShownSoon() {
        Random random = new Random(SEED);
        String marks = "*_`-~# >\\a";
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 1_000_000; i++) {
            text.append(marks.charAt(random.nextInt(marks.length())));
        }
        assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> assertOnlyStyles(shown(text.toString())));
    }

    /* Wherever an answer is cut, it is shown in the same way; and no escape is in it but those of the styles. */
    @Test
    void itDoesNotMatterHowTheAnswerIsCut() throws IOException {
        String answer = Files.readString(CORPUS);
        String whole = shown(answer);

        assertThat(shown(answer.split("(?<=.)", -1))).isEqualTo(whole);
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            String changed = changed(answer, random);
            int cut = random.nextInt(changed.length());
            String shown = shown(changed.substring(0, cut), changed.substring(cut));
            assertThat(shown).isEqualTo(shown(changed));
            assertThat(STYLES.matcher(shown).replaceAll("").chars())
                    .allMatch(c -> c == '\n' || c == '\t' || !Character.isISOControl(c));
        }
    }

    private static void assertOnlyStyles(String shown) {
        assertThat(STYLES.matcher(shown).replaceAll("").indexOf('\u001B')).isNegative();
    }

    private static String changed(String answer, Random random) {
        StringBuilder changed = new StringBuilder(answer);
        String marks = "*_`#->~\n\r \\\u001B\u0007a\ud83d\udc69";
        for (int i = random.nextInt(8); i >= 0; i--) {
            char mark = marks.charAt(random.nextInt(marks.length()));
            int at = random.nextInt(changed.length());
            if (random.nextBoolean()) {
                changed.insert(at, mark);
            } else {
                changed.setCharAt(at, mark);
            }
        }
        return changed.toString();
    }
}
