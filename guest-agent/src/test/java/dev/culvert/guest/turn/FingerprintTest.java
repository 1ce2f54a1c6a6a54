package dev.culvert.guest.turn;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    @Test
    void tellsPayloadsApartByEveryByteAndByLength() {
        Set<Long> seen = new HashSet<>();
        for (int length = 0; length < 40; length++) {
            for (int at = 0; at < length; at++) {
                byte[] bytes = new byte[length];
                for (int bit = 0; bit < 8; bit++) {
                    bytes[at] = (byte) (1 << bit);
                    assertThat(seen.add(Fingerprint.of(Unpooled.wrappedBuffer(bytes)))).isTrue();
                }
            }
            assertThat(seen.add(Fingerprint.of(Unpooled.wrappedBuffer(new byte[length])))).isTrue();
        }
    }

    @Test
    void isThatOfTheBytesWhereverTheyStand() {
        ByteBuf text = Unpooled.copiedBuffer("0123456789abcdef 0123456789abcdef", US_ASCII);

        assertThat(Fingerprint.of(text.slice(17, 16))).isEqualTo(Fingerprint.of(text.slice(0, 16)));
        text.skipBytes(17);
        assertThat(Fingerprint.of(text)).isEqualTo(Fingerprint.of(text.copy()));
    }
}
