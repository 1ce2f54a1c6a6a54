package dev.culvert.daemon.front.preview;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class AppAnswerTest {
    private final List<String> told = new ArrayList<>();
    private final AppAnswer answer =
            new AppAnswer(
                    new AppAnswer.Listener() {
                        @Override
                        public void onHead(AnswerHead head) {
                            told.add("head");
                        }

                        @Override
                        public void onNone(String why) {
                            told.add(why);
                        }
                    });
    private final EmbeddedChannel channel = new EmbeddedChannel(answer);

    private void byteByByte(String text) {
        for (byte each : text.getBytes(US_ASCII)) {
            channel.writeInbound(Unpooled.buffer(1).writeByte(each));
        }
    }

    /** Each byte is looked at once, and is in no view of a view. */
    @Test
    void aHeadMayComeByteByByte() {
        byteByByte("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
        byteByByte("HTTP/1.1 200 OK\r\nX-Long: " + "x".repeat(60_000) + "\r\n\r\nbody");

        assertThat(told).containsExactly("head");
        answer.pass(channel.pipeline().firstContext());
        ByteBuf rest = channel.readInbound();
        assertThat(rest.toString(US_ASCII)).isEqualTo("body");
        rest.release();
        channel.finishAndReleaseAll();
    }

    @Test
    void aHeadThatDoesNotEndIsNone() {
        byteByByte("HTTP/1.1 200 OK\r\nX-Long: " + "x".repeat(66_000));

        assertThat(told).containsExactly("the head of its answer has more than 64 KiB");
        channel.finishAndReleaseAll();
    }

    @Test
    void whatCannotBeReadClosesTheTunnel() {
        channel.pipeline().fireExceptionCaught(new IllegalStateException("bad record"));

        assertThat(channel.isOpen()).isFalse();
        assertThat(told).containsExactly("the connection to it broke");
        channel.checkException();
    }
}
