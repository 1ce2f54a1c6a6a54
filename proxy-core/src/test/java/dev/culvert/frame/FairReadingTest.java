package dev.culvert.frame;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many frames a decoder passes on before it lets other channels have theirs. */
class FairReadingTest {
    private static final int PER_SLICE = FairReading.FRAMES;

    private final FairReading reading = new FairReading();
    private final Slices slices = new Slices();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new FrameDecoder(FrameLimits.DEFAULTS, reading), slices);
    private final Slices neighbours = new Slices();
    private final EmbeddedChannel neighbour =
            new EmbeddedChannel(new FrameDecoder(FrameLimits.DEFAULTS, reading), neighbours);

    FairReadingTest() {
        channel.freezeTime(); // so that a slice in the next round comes at once
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        neighbour.finishAndReleaseAll();
    }

    @Test
    void whatComesAtOnceIsHandedOnInSlicesAndInOrder() {
        channel.writeInbound(frames(10_000));

        assertThat(slices.sizes).hasSize(40);
        assertThat(Collections.max(slices.sizes)).isEqualTo(PER_SLICE);
        assertThat(slices.ids).hasSize(10_000).isSorted();
    }

    @Test
    void aSliceIsOverAfterSoManyBytesToo() {
        channel.writeInbound(frames(20, "x".repeat(50_000)));

        assertThat(Collections.max(slices.sizes)).isEqualTo(1 + FairReading.BYTES / 50_000);
        assertThat(slices.ids).hasSize(20).isSorted();
    }

    @Test
    void whoHasTheLoopToItselfDecodesAllAtOnceUntilAnotherReads() {
        for (int i = 0; i < 2 * FairReading.SLICES_ALONE + 1; i++) {
            channel.writeInbound(frames(1));
        }
        slices.sizes.clear();
        channel.writeInbound(frames(10_000));
        assertThat(slices.sizes).containsExactly(10_000);

        neighbour.writeInbound(frames(1));
        channel.writeInbound(frames(10_000));
        assertThat(slices.sizes).containsExactly(10_000, 10_000);

        neighbour.writeInbound(frames(1));
        channel.writeInbound(frames(1));
        slices.sizes.clear();
        channel.writeInbound(frames(10_000));
        assertThat(slices.sizes).hasSize(40);
    }

    @Test
    void largeFramesOfSeveralChannelsAreDecodedInOneRoundEach() {
        ByteBuf large = frames(1, "x".repeat(FairReading.BYTES));
        List<Integer> done = new ArrayList<>();
        slices.onRead = () -> done.add(1);
        neighbours.onRead = () -> done.add(2);

        neighbour.freezeTime();
        neighbour.config().setAutoRead(false); // a read would end the round
        neighbour.pipeline().fireChannelRead(large.copy()).fireChannelReadComplete();
        assertThat(done).containsExactly(2);
        channel.pipeline().fireChannelRead(large).fireChannelReadComplete();
        assertThat(done).containsExactly(2);
        assertThat(channel.config().isAutoRead()).isFalse();

        neighbour.runScheduledPendingTasks(); // the neighbour's round ends
        channel.runScheduledPendingTasks();
        assertThat(done).containsExactly(2, 1);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void aDecoderThatRestsReadsNothingMore() {
        AtomicInteger reads = new AtomicInteger();
        FrameDecoder resting = new FrameDecoder(FrameLimits.DEFAULTS, reading);
        EmbeddedChannel rested =
                new EmbeddedChannel(
                        new ChannelOutboundHandlerAdapter() {
                            @Override
                            public void read(ChannelHandlerContext context) {
                                reads.incrementAndGet();
                            }
                        },
                        resting);
        rested.freezeTime();
        resting.rest(1_000_000);
        int before = reads.get();

        rested.pipeline().fireChannelRead(frames(1)).fireChannelReadComplete();
        rested.pipeline().fireChannelRead(frames(1)).fireChannelReadComplete();

        assertThat(reads).hasValue(before);
        assertThat(rested.<Object>readInbound()).isNull();
        rested.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        rested.runScheduledPendingTasks();
        assertThat(reads.get()).isGreaterThan(before);
        assertThat(rested.inboundMessages()).hasSize(2);
        rested.finishAndReleaseAll();
    }

    @Test
    void nothingIsReadFromTheSocketUntilItHasHadItsSlices() {
        slices.onRead = () -> slices.autoRead.add(channel.config().isAutoRead());

        channel.writeInbound(frames(PER_SLICE + 2));

        assertThat(slices.autoRead.subList(0, PER_SLICE)).containsOnly(true);
        assertThat(slices.autoRead.subList(PER_SLICE, PER_SLICE + 2)).containsOnly(false);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void asManyAsASliceTakesNeedNoOther() {
        slices.onRead = () -> slices.autoRead.add(channel.config().isAutoRead());

        for (int i = 0; i < 10; i++) {
            channel.writeInbound(frames(PER_SLICE));
        }

        assertThat(slices.sizes).hasSize(10).containsOnly(PER_SLICE);
        assertThat(slices.autoRead).containsOnly(true);
    }

    @Test
    void whatHasComeBeforeTheEndIsHandedOnAll() {
        slices.onRead =
                () -> {
                    if (slices.ids.size() == PER_SLICE) {
                        channel.close();
                    }
                };

        channel.writeInbound(frames(3_000));

        assertThat(slices.ids).hasSize(3_000);
        assertThat(slices.errors).isEmpty();
    }

    @Test
    void aBadFrameInALaterSliceIsReportedOnceAndNothingAfterItCounts() {
        ByteBuf bytes = frames(PER_SLICE + 10);
        bytes.writeInt(2).writeBytes("[]".getBytes(US_ASCII));
        bytes.writeBytes(frames(PER_SLICE));

        channel.writeInbound(bytes);

        assertThat(slices.ids).hasSize(PER_SLICE + 10);
        assertThat(slices.errors).hasSize(1);
    }

    @Test
    void aPartOfAFrameWaitsForItsRest() {
        ByteBuf bytes = frames(PER_SLICE + 10);
        ByteBuf part = frames(1);
        bytes.writeBytes(part, part.readableBytes() - 3);

        channel.writeInbound(bytes);
        assertThat(slices.ids).hasSize(PER_SLICE + 10);
        channel.writeInbound(part);

        assertThat(slices.ids).hasSize(PER_SLICE + 11);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    private static ByteBuf frames(int count) {
        return frames(count, "");
    }

    private static ByteBuf frames(int count, String text) {
        ByteBuf out = Unpooled.buffer();
        for (int i = 0; i < count; i++) {
            byte[] frame =
                    "{\"type\":\"pong\",\"id\":\"%06d\",\"payload\":\"%s\"}"
                            .formatted(i, text)
                            .getBytes(US_ASCII);
            out.writeInt(frame.length).writeBytes(frame);
        }
        return out;
    }

    /** Counts what comes between two ends of a read. */
    private static final class Slices extends ChannelInboundHandlerAdapter {
        final List<Integer> sizes = new ArrayList<>();
        final List<String> ids = new ArrayList<>();
        final List<Boolean> autoRead = new ArrayList<>();
        final List<Throwable> errors = new ArrayList<>();
        Runnable onRead = () -> {};
        private int size;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            Frame frame = (Frame) message;
            size++;
            ids.add(frame.id());
            frame.release();
            onRead.run();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            sizes.add(size);
            size = 0;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            errors.add(cause);
        }
    }
}
