package dev.culvert.daemon.front.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownTextTest {
    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer("..." + text, UTF_8).skipBytes(3);
    }

    @ParameterizedTest
    @CsvSource({
        "abc,3,3",
        "abc,2,2",
        "a\\nb,2,1",
        "a\\nb,3,3",
        "a\\u00e9b,6,1",
        "a\\u00e9b,7,7",
        "\\ud83d\\uDE00b,11,0",
        "\\ud83d\\uDE00b,12,12",
        "aéb,2,1",
        "aéb,3,3",
        "a😀b,4,1",
        "a😀b,5,5",
    })
    void cutsNoEscapeAndNoCharacter(String inside, int most, int shown) {
        assertThat(ShownText.bytes(text(inside), most)).isEqualTo(shown);
    }

    @Test
    void cutsNoCharacterOfAPlainText() {
        assertThat(ShownText.plainBytes(text("aé😀"), 2)).isEqualTo(1);
        assertThat(ShownText.plainBytes(text("aé😀"), 3)).isEqualTo(3);
        assertThat(ShownText.plainBytes(text("aé😀"), 6)).isEqualTo(3);
        assertThat(ShownText.plainBytes(text("aé😀"), 7)).isEqualTo(7);
    }
}
