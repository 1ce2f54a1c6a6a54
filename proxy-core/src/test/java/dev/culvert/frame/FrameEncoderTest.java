package dev.culvert.frame;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Recorder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a frame that cannot be written. What is written, the golden vectors say. */
class FrameEncoderTest {
    private final Recorder recorder = new Recorder();
    private final ByteBuf payload = ByteBufAllocator.DEFAULT.directBuffer().writeByte('1');

    /* What stands in for a socket without memory for the payload. */
    private final EmbeddedChannel channel =
            new EmbeddedChannel(
                    new ChannelOutboundHandlerAdapter() {
                        private int writes;

                        @Override
                        public void write(
                                ChannelHandlerContext context,
                                Object message,
                                ChannelPromise promise) {
                            writes++;
                            if (writes == 2) {
                                ReferenceCountUtil.release(message);
                                promise.tryFailure(new OutOfMemoryError("on purpose"));
                            } else {
                                context.write(message, promise);
                            }
                        }
                    },
                    new FrameEncoder(),
                    recorder);

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
    }

    @Test
    void releasesAFrameWhoseIdIsNoUnicode() {
        ChannelFuture written = channel.write(new Frame(FrameType.PING, "\ud800", payload));

        assertThat(written.cause()).isInstanceOf(IllegalArgumentException.class);
        assertThat(payload.refCnt()).isZero();
    }

    @Test
    void releasesAFrameOfAnUnknownType() {
        ChannelFuture written = channel.write(new Frame(FrameType.UNKNOWN, "1", payload));

        assertThat(written.cause()).isInstanceOf(IllegalArgumentException.class);
        assertThat(payload.refCnt()).isZero();
    }

    @Test
    void aFrameThatMissesItsPayloadIsAnErrorOfTheLink() {
        payload.writeZero(5_000);
        channel.writeOutbound(new Frame(FrameType.PING, "1", payload));

        assertThat(recorder.errors()).hasSize(1);
    }
}
