package dev.culvert.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EscapedTextTest {
    private static final String[] PIECES = {
        "a",
        "plain text of some length",
        "\"",
        "\\",
        "\n",
        "\r",
        "\t",
        "\u0001",
        "\u007f",
        "é",
        "漢",
        "🙂",
        "\\u0041"
    };

    @Test
    void whateverIsWrittenReadsTheSameAndIsAJsonString() {
        Random random = new Random(3);
        for (int round = 0; round < 2_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(20); i > 0; i--) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            ByteBuf bytes = Unpooled.copiedBuffer(text, UTF_8);
            ByteBuf json = Unpooled.buffer().writeBytes("{\"t\":\"".getBytes(UTF_8));

            EscapedText.write(bytes, bytes.readableBytes(), json);
            json.writeBytes("\"}".getBytes(UTF_8));

            JsonText.checkObject(json);
            ByteBuf read = Unpooled.buffer();
            assertThat(EscapedText.read(json, 6, json.writerIndex() - 2, read)).isTrue();
            assertThat(read.toString(UTF_8)).isEqualTo(text.toString());
        }
    }

    @ParameterizedTest
    @CsvSource({"\\/\\b\\f, '/\b\f'", "\\u00e9\\u6f22\\ud83d\\ude42, é漢🙂", "\\u0000x, '\u0000x'"})
    void readsEveryEscape(String escaped, String text) {
        ByteBuf json = Unpooled.copiedBuffer(escaped, UTF_8);
        ByteBuf read = Unpooled.buffer();

        assertThat(EscapedText.read(json, 0, json.readableBytes(), read)).isTrue();

        assertThat(read.toString(UTF_8)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ud800", "\\udc00", "\\ud83dx\\ude42", "\\ud83d\\u0041", "a\\ud83d"})
    void halfOfAPairIsNoText(String escaped) {
        ByteBuf json = Unpooled.copiedBuffer(escaped, UTF_8);
        ByteBuf read = Unpooled.buffer();

        assertThat(EscapedText.read(json, 0, json.readableBytes(), read)).isFalse();

        assertThat(read.isReadable()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "abc, 2, 2",
        "é漢🙂x, 1, 0",
        "é漢🙂x, 2, 2",
        "é漢🙂x, 4, 2",
        "é漢🙂x, 8, 5",
        "é漢🙂x, 9, 9"
    })
    void isCutBetweenCharacters(String text, int most, int bytes) {
        assertThat(EscapedText.wholeCharacters(Unpooled.copiedBuffer(text, UTF_8), most))
                .isEqualTo(bytes);
    }
}
