package dev.culvert.guest.turn;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnLogTest {
    private final TurnLog log = new TurnLog(ByteBufAllocator.DEFAULT, 1 << 20);

    @AfterEach
    void clear() {
        log.clear();
        assertThat(log.heldBytes()).isZero();
    }

    @Test
    void framesComeBackByNumberWhateverTheirSize() {
        List<String> frames = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            frames.add(("<" + i + ">").repeat(i % 50 == 49 ? 30_000 : i % 7));
            append(frames.getLast());
        }

        assertThat(log.first()).isEqualTo(1);
        assertThat(log.last()).isEqualTo(500);
        for (int i = 0; i < 500; i++) {
            assertThat(text(i + 1)).isEqualTo(frames.get(i));
        }
    }

    @Test
    void manySmallFramesTakeLittleMoreThanTheirBytes() {
        String frame = "x".repeat(40);
        for (int i = 0; i < 20_000; i++) {
            append(frame);
        }

        assertThat(log.bytesAfter(0)).isEqualTo(800_000);
        assertThat(log.heldBytes()).isBetween(800_000L, 1_000_000L);
    }

    @Test
    void aFewSmallFramesTakeLittle() {
        append("{\"content\":\"hi\",\"done\":true}");

        assertThat(log.heldBytes()).isLessThan(1_100);
    }

    @Test
    void countsTheBytesBehindAnyFrame() {
        append("a".repeat(1_000));
        append("b".repeat(100));
        append("c".repeat(10));

        assertThat(log.bytesAfter(0)).isEqualTo(1_110);
        assertThat(log.bytesAfter(1)).isEqualTo(110);
        assertThat(log.bytesAfter(2)).isEqualTo(10);
        assertThat(log.bytesAfter(3)).isZero();
    }

    @Test
    void dropsTheOldestFramesAndNoneBeyondTheOneThatIsNamed() {
        for (int i = 1; i <= 5_000; i++) {
            append("frame " + i);
        }
        long held = log.heldBytes();

        assertThat(log.canDrop(0)).isFalse();
        while (log.canDrop(3_000)) {
            log.dropOldest();
        }

        assertThat(log.first()).isBetween(1_000L, 3_001L);
        assertThat(text(log.first())).isEqualTo("frame " + log.first());
        assertThat(text(5_000)).isEqualTo("frame 5000");
        assertThat(log.heldBytes()).isLessThan(held);
        assertThat(log.bytesAfter(0)).isEqualTo(log.bytesAfter(log.first() - 1));
    }

    @Test
    void goesOnCountingOnceAllIsDropped() {
        append("one");
        log.dropOldest();

        append("two");

        assertThat(log.first()).isEqualTo(2);
        assertThat(text(2)).isEqualTo("two");
        log.dropOldest();
        assertThat(log.bytesAfter(0)).isZero();
    }

    @Test
    void whatWasHandedOutOutlivesItsFrame() {
        append("one");
        append("two");
        ByteBuf slice = log.payload(1);

        log.dropOldest();

        assertThat(slice.toString(US_ASCII)).isEqualTo("one");
        slice.release();
    }

    private void append(String payload) {
        log.append(ByteBufAllocator.DEFAULT.ioBuffer().writeBytes(payload.getBytes(US_ASCII)));
    }

    private String text(long seq) {
        ByteBuf payload = log.payload(seq);
        try {
            return payload.toString(US_ASCII);
        } finally {
            payload.release();
        }
    }
}
