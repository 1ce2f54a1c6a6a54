package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutputPiecesTest {
    private static final String TEXT = "é€\ud83d\ude00x";

    @Test
    void aCharacterThatComesInPiecesIsToldOnce() {
        OutputPieces pieces = new OutputPieces();
        StringBuilder told = new StringBuilder();
        for (byte one : TEXT.getBytes(UTF_8)) {
            String next = pieces.next(new byte[] {one}, 1);
            assertThat(next.isEmpty() || Character.isDefined(next.codePointAt(0))).isTrue();
            told.append(next);
        }
        assertThat(told).hasToString(TEXT);
    }

    @Test
    void whatIsNoTextIsReplaced() {
        assertThat(new OutputPieces().next(new byte[] {'a', (byte) 0xff, 'b'}, 3))
                .isEqualTo("a\ufffdb");
    }
}
