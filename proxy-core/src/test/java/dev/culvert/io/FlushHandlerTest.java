package dev.culvert.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlushHandlerTest {
    private final List<Object> toSocket = new ArrayList<>();

    /* What stands in for the socket: an embedded one runs the loop's tasks within each write. */
    private final EmbeddedChannel channel =
            new EmbeddedChannel(
                    new ChannelOutboundHandlerAdapter() {
                        @Override
                        public void write(
                                ChannelHandlerContext context,
                                Object message,
                                ChannelPromise promise) {
                            toSocket.add(message);
                        }

                        @Override
                        public void flush(ChannelHandlerContext context) {
                            toSocket.add("flush");
                        }
                    },
                    new FlushHandler(),
                    new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext context, Object message) {
                            context.write("answer to " + message);
                        }
                    });

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void whatIsWrittenInOneTurnOfTheLoopIsFlushedOnceAtItsEnd() {
        channel.eventLoop()
                .execute(() -> {
                    channel.pipeline().write("one");
                    channel.pipeline().write("two");
                });
        channel.runPendingTasks();

        assertThat(toSocket).containsExactly("one", "two", "flush");
    }

    @Test
    void whatABurstOfReadsCausesIsFlushedOnceAtTheBurstsEnd() {
        channel.writeInbound("a", "b", "c");

        assertThat(toSocket).containsExactly("answer to a", "answer to b", "answer to c", "flush");
    }

    @Test
    void anExplicitFlushIsNotRepeated() {
        channel.eventLoop()
                .execute(() -> {
                    channel.pipeline().write("urgent");
                    channel.pipeline().flush();
                });
        channel.runPendingTasks();

        assertThat(toSocket).containsExactly("urgent", "flush");
    }

    @Test
    void aBurstThatCausesNothingFlushesNothing() {
        channel.pipeline().removeLast();

        channel.writeInbound("a");

        assertThat(toSocket).isEmpty();
    }
}
