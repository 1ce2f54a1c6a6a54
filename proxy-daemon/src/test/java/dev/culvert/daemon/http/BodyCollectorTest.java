package dev.culvert.daemon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BodyCollectorTest {
    private static final int PART_BYTES = 64 * 1024;

    /** Has no memory left. */
    private static final class Full extends AbstractByteBufAllocator {
        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("full");
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("full");
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }

    @Test
    void aBodyInPartsEndsInABufferOfItsOwnSize() {
        BodyCollector collector = expecting(16 * PART_BYTES);
        add(collector, 16);

        assertThat(collector.heldBytes()).isEqualTo(16 * PART_BYTES);
        assertThat(collector.size()).isEqualTo(16 * PART_BYTES);
        collector.discard();
    }

    @Test
    void anAnnouncedLengthAloneTakesNoMemory() {
        BodyCollector collector = expecting(1_000L * PART_BYTES);
        add(collector, 1);

        assertThat(collector.heldBytes()).isLessThanOrEqualTo(4 * PART_BYTES);
        collector.discard();
    }

    @Test
    void aBodyOfUnknownLengthHoldsAtMostTwiceItsBytes() {
        BodyCollector collector = expecting(0);
        for (int parts = 1; parts <= 16; parts++) {
            add(collector, 1);
            assertThat(collector.heldBytes()).isLessThanOrEqualTo(2 * parts * PART_BYTES);
        }
        collector.discard();
    }

    @Test
    void partsAreJoinedInTheirOrder() {
        BodyCollector collector = expecting(6);
        collector.add(text("ab"), UnpooledByteBufAllocator.DEFAULT);
        collector.add(text("cd"), UnpooledByteBufAllocator.DEFAULT);
        collector.add(text("ef"), UnpooledByteBufAllocator.DEFAULT);

        ByteBuf body = collector.take();
        assertThat(body.toString(StandardCharsets.US_ASCII)).isEqualTo("abcdef");
        body.release();
    }

    @Test
    void aPartIsReleasedWhenThereIsNoMemoryForIt() {
        BodyCollector collector = expecting(6);
        ByteBuf part = text("ab");

        assertThatThrownBy(() -> collector.add(part, new Full()))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(part.refCnt()).isZero();
        collector.discard();
    }

    private static BodyCollector expecting(long length) {
        BodyCollector collector = new BodyCollector();
        collector.expect(length, Integer.MAX_VALUE);
        return collector;
    }

    private static void add(BodyCollector collector, int parts) {
        for (int i = 0; i < parts; i++) {
            collector.add(
                    Unpooled.buffer(PART_BYTES).writeZero(PART_BYTES),
                    UnpooledByteBufAllocator.DEFAULT);
        }
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }
}
