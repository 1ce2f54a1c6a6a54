package dev.culvert.frame;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Recorder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who asks for a turn, in the envelope. */
class FrameCallerTest {
    private final Recorder received = new Recorder();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new FrameDecoder(FrameLimits.DEFAULTS), received);
    private final EmbeddedChannel sender = new EmbeddedChannel(new FrameEncoder());

    @AfterEach
    void release() {
        received.close();
        channel.finishAndReleaseAll();
        sender.finishAndReleaseAll();
    }

    private Frame sent(Frame frame) {
        sender.writeOutbound(frame);
        for (ByteBuf part = sender.readOutbound(); part != null; part = sender.readOutbound()) {
            channel.writeInbound(part);
        }
        return (Frame) received.messages().getLast();
    }

    private static Frame message() {
        return new Frame(FrameType.MESSAGE, "m1", Unpooled.copiedBuffer("{}", UTF_8));
    }

    @Test
    void arrivesAsItWasSent() {
        assertThat(sent(message().withCaller("token:a \"b\"")).caller()).isEqualTo("token:a \"b\"");
        assertThat(sent(message()).caller()).isNull();
    }

    @Test
    void staysWithTheFrameWhateverElseChanges() {
        Frame frame =
                message().withCaller("x").withSeq(1).withCredit(2).withTraceparent("00-1-2-01");

        assertThat(sent(frame))
                .returns("x", Frame::caller)
                .returns(1L, Frame::seq)
                .returns(2L, Frame::credit)
                .returns("00-1-2-01", Frame::traceparent);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"7", "null", "[\"x\"]", "\"\\ud800\"", "\"x\",\"caller\":\"x\"", "LONG"})
    void whatIsNoNameClosesTheLink(String caller) {
        String value = caller.equals("LONG") ? '"' + "x".repeat(129) + '"' : caller;
        byte[] frame =
                ("{\"type\":\"message\",\"id\":\"m\",\"caller\":" + value + "}").getBytes(UTF_8);

        channel.writeInbound(Unpooled.buffer().writeInt(frame.length).writeBytes(frame));

        assertThat(received.messages()).isEmpty();
        assertThat(received.errors()).singleElement().asString().contains("'caller'");
    }
}
