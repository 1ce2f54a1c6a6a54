package dev.culvert.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {
    private final CharsetDecoder jdk = UTF_8.newDecoder();
    private final CharBuffer decoded = CharBuffer.allocate(200);

    @Test
    void agreesWithTheJdkOnEveryPairOfBytesWhateverFollows() {
        int[] following = {'a', 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
        List<String> disagreements = new ArrayList<>();
        for (int pair = 0; pair < 0x10000; pair++) {
            for (int third : following) {
                byte[] bytes = {(byte) (pair >> 8), (byte) pair, (byte) third, (byte) 0x80};
                for (int length = 1; length <= bytes.length; length++) {
                    if (Utf8.isValid(bytes, 0, length) != jdkAccepts(bytes, length)) {
                        disagreements.add(HexFormat.of().formatHex(bytes, 0, length));
                    }
                }
            }
        }
        assertThat(disagreements).isEmpty();
    }

    @Test
    void agreesWithTheJdkOnRandomMixturesOfTextAndBytes() {
        Random random = new Random(7);
        String alphabet = "aé€😀\u0000z0123456789abcdef";
        for (int round = 0; round < 5_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(30); i > 0; i--) {
                int at = random.nextInt(alphabet.codePointCount(0, alphabet.length()));
                text.appendCodePoint(alphabet.codePointAt(alphabet.offsetByCodePoints(0, at)));
            }
            byte[] bytes = text.toString().getBytes(UTF_8);
            if (bytes.length > 0 && random.nextBoolean()) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            assertThat(Utf8.isValid(bytes, 0, bytes.length))
                    .isEqualTo(jdkAccepts(bytes, bytes.length));
        }
    }

    @Test
    void looksAtNothingOutsideItsRange() {
        byte[] bytes = {(byte) 0xff, 'a', 'b', (byte) 0xc3, (byte) 0xa9, (byte) 0xff};

        assertThat(Utf8.isValid(bytes, 1, 5)).isTrue();
        assertThat(Utf8.isValid(bytes, 1, 4)).isFalse();
    }

    private boolean jdkAccepts(byte[] bytes, int length) {
        decoded.clear();
        jdk.reset();
        CoderResult result = jdk.decode(ByteBuffer.wrap(bytes, 0, length), decoded, true);
        return !result.isError();
    }
}
