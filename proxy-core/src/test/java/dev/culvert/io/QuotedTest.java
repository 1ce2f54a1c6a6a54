package dev.culvert.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotedTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain text",
                "größe, 大きさ, \ud83d\udc69\u200d\ud83d\udcbb",
                "C:\\dir \"x\" 'y'",
                "می\u200cخواهم"
            })
    void whatAPersonCanReadStaysAsItIs(String text) {
        assertThat(Quoted.word(text)).isEqualTo(text);
        assertThat(Quoted.sentence(text)).isEqualTo(text);
    }

    @Test
    void whatIsPlainIsNotCopied() {
        String text = "plain text";

        assertThat(Quoted.word(text)).isSameAs(text);
    }

    @Test
    void whatBreaksALineOrCannotBeSeenIsEscaped() {
        assertThat(Quoted.word("a\nb\r\nc\td")).isEqualTo("a\\nb\\r\\nc\\td");
        assertThat(Quoted.word("\u001b[2J\u0000\u0007\u007f\u009b"))
                .isEqualTo("\\u001b[2J\\u0000\\u0007\\u007f\\u009b");
        assertThat(Quoted.word("\u2028\u2029\u0085\u000b\u000c"))
                .isEqualTo("\\u2028\\u2029\\u0085\\u000b\\u000c");
        assertThat(Quoted.word("\u202eevil\u2066\u200f\u061c\ufeff\u00ad"))
                .isEqualTo("\\u202eevil\\u2066\\u200f\\u061c\\ufeff\\u00ad");
        assertThat(Quoted.word("\udb40\udc41")).isEqualTo("\\udb40\\udc41");
    }

    @Test
    void linesStayLinesAndNothingElseMovesTheCursor() {
        assertThat(Quoted.lines("a\n\tb\r\u001b[2J\u202e")).isEqualTo("a\n\tb\\r\\u001b[2J\\u202e");
        assertThat(Quoted.lines("x".repeat(100_000))).hasSize(100_000);
        assertThat(Quoted.lines("\ud83d\udc69\n\ud800")).isEqualTo("\ud83d\udc69\n\\ud800");
    }

    @Test
    void halfASurrogatePairIsEscaped() {
        assertThat(Quoted.word("a\ud800b\udc00")).isEqualTo("a\\ud800b\\udc00");
    }

    @Test
    void whatIsTooLongIsCutAndSaysHowLongItWas() {
        assertThat(Quoted.word("x".repeat(128))).isEqualTo("x".repeat(128));
        assertThat(Quoted.word("x".repeat(129)))
                .isEqualTo("x".repeat(128 - 18) + "… (129 characters)")
                .hasSize(128);
        assertThat(Quoted.sentence("x".repeat(10_000)))
                .endsWith("x… (10000 characters)")
                .hasSize(1_024);
    }

    @Test
    void aCutSplitsNeitherAnEscapeNorAPair() {
        for (int i = 0; i < 12; i++) {
            String before = "x".repeat(i);
            assertThat(Quoted.word(before + "\u001b".repeat(200)))
                    .matches("x*(\\\\u001b)+… \\(\\d+ characters\\)");
            assertThat(Quoted.word(before + "\ud83d\ude00".repeat(200)))
                    .matches("x*(\ud83d\ude00)+… \\(\\d+ characters\\)");
        }
    }

    @Test
    void toQuoteTwiceChangesNothing() {
        String outside = "\n\u001b\\n\ud800" + "é\u202e".repeat(9_000);

        assertThat(Quoted.word(Quoted.word(outside))).isEqualTo(Quoted.word(outside));
        assertThat(Quoted.sentence(Quoted.sentence(outside))).isEqualTo(Quoted.sentence(outside));
    }

    @Test
    void anExceptionWithoutAMessageIsNamed() {
        assertThat(Quoted.message(new IllegalStateException())).isEqualTo("IllegalStateException");
        assertThat(Quoted.message(new IllegalStateException("a\nb"))).isEqualTo("a\\nb");
    }
}
