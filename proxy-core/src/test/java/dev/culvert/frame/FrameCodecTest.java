package dev.culvert.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.frame.GoldenVector.Expected;
import dev.culvert.json.JsonLimits;
import dev.culvert.testing.Recorder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The codec against the golden vectors of protocol-spec, which hold its rules. */
class FrameCodecTest {
    private static final int ONE_BYTE_AT_A_TIME_UP_TO = 3_000;

    private final Recorder received = new Recorder();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new FrameDecoder(FrameLimits.DEFAULTS), received);
    private final EmbeddedChannel sender = new EmbeddedChannel(new FrameEncoder());

    static Stream<GoldenVector> valid() {
        return GoldenVector.valid();
    }

    static Stream<GoldenVector> invalid() {
        return GoldenVector.invalid();
    }

    @AfterEach
    void release() {
        received.close();
        channel.finishAndReleaseAll();
        sender.finishAndReleaseAll();
    }

    @ParameterizedTest
    @MethodSource("valid")
    void decodes(GoldenVector vector) {
        channel.writeInbound(direct(vector.bytes()));
        channel.close();

        assertReceived(vector.frames());
        assertThat(received.errors()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("valid")
    void decodesFromTheHeapToo(GoldenVector vector) {
        byte[] bytes = vector.bytes();
        byte[] shifted = new byte[bytes.length + 3];
        System.arraycopy(bytes, 0, shifted, 3, bytes.length);

        channel.writeInbound(Unpooled.wrappedBuffer(shifted, 3, bytes.length));

        assertReceived(vector.frames());
        assertThat(received.errors()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("valid")
    void decodesOneByteAtATime(GoldenVector vector) {
        feedOneByteAtATime(vector.bytes());

        assertReceived(vector.frames());
        assertThat(received.errors()).isEmpty();
    }

    @Test
    void decodesAllTheValidOnesGluedTogether() {
        List<Expected> frames = new ArrayList<>();
        ByteBuf all = channel.alloc().directBuffer();
        valid().filter(vector -> vector.bytes().length < 100_000)
                .forEach(vector -> {
                    all.writeBytes(vector.bytes());
                    frames.addAll(vector.frames());
                });

        channel.writeInbound(all);

        assertReceived(frames);
        assertThat(received.errors()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("valid")
    void whatItEncodesDecodesToTheSame(GoldenVector vector) {
        channel.writeInbound(direct(vector.bytes()));
        List<Frame> sent = new ArrayList<>();
        for (Object message : received.messages()) {
            Frame frame = (Frame) message;
            if (frame.type() != FrameType.UNKNOWN) {
                sent.add(frame);
                sender.writeOutbound(frame.replace(frame.payload().retainedDuplicate()));
            }
        }
        EmbeddedChannel other =
                new EmbeddedChannel(
                        new FrameDecoder(new FrameLimits(5_000_000, 128, JsonLimits.FRAME)));

        for (ByteBuf part = sender.readOutbound(); part != null; part = sender.readOutbound()) {
            other.writeInbound(part);
        }

        assertThat(other.inboundMessages()).containsExactlyElementsOf(sent);
        other.finishAndReleaseAll();
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void refuses(GoldenVector vector) {
        channel.writeInbound(direct(vector.bytes()));
        channel.close();

        assertReceived(vector.frames());
        assertRefused(vector);
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void refusesOneByteAtATime(GoldenVector vector) {
        feedOneByteAtATime(vector.bytes());

        assertReceived(vector.frames());
        assertRefused(vector);
    }

    @Test
    void aLargePayloadGoesOutUncopied() {
        String text = "\"" + "x".repeat(5_000) + "\"";
        Frame frame =
                new Frame(
                        FrameType.CHUNK,
                        "t",
                        Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.US_ASCII)));

        sender.writeOutbound(frame);

        assertThat(sender.outboundMessages()).contains(frame.payload());
    }

    @Test
    void aFrameOfAnUnknownTypeIsNotSent() {
        Frame frame = Frame.bare(FrameType.UNKNOWN, "x");

        assertThatThrownBy(() -> sender.writeOutbound(frame))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAnswerGetsTheStringOfItsRequestsId() {
        Frame request = Frame.bare(FrameType.PING, "ping-of-this-test");
        sender.writeOutbound(request);
        ByteBuf wire = sender.readOutbound();

        channel.writeInbound(wire);

        assertThat(((Frame) received.messages().getFirst()).id()).isSameAs(request.id());
    }

    @Test
    void smallFramesLeaveTogether() {
        sender.write(Frame.bare(FrameType.PING, "1"), sender.voidPromise());
        sender.write(Frame.bare(FrameType.CANCEL, "2"), sender.voidPromise());
        sender.flush();

        ByteBuf both = sender.readOutbound();
        assertThat(both.toString(StandardCharsets.US_ASCII)).contains("ping", "cancel");
        assertThat(sender.<Object>readOutbound()).isNull();
        both.release();
    }

    private void feedOneByteAtATime(byte[] bytes) {
        int single = Math.min(bytes.length, ONE_BYTE_AT_A_TIME_UP_TO);
        for (int i = 0; i < single; i++) {
            channel.writeInbound(direct(new byte[] {bytes[i]}));
        }
        if (single < bytes.length) {
            ByteBuf rest = channel.alloc().directBuffer(bytes.length - single);
            channel.writeInbound(rest.writeBytes(bytes, single, bytes.length - single));
        }
        channel.close();
    }

    private ByteBuf direct(byte[] bytes) {
        return channel.alloc().directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
    }

    private void assertReceived(List<Expected> expected) {
        assertThat(received.messages()).hasSize(expected.size());
        for (int i = 0; i < expected.size(); i++) {
            assertSame((Frame) received.messages().get(i), expected.get(i));
        }
    }

    private static void assertSame(Frame frame, Expected expected) {
        assertThat(frame.type()).isEqualTo(FrameType.of(expected.type));
        assertThat(frame.id()).isEqualTo(expected.id);
        assertThat(frame.seq()).isEqualTo(expected.seq == null ? 0 : expected.seq);
        assertThat(frame.credit()).isEqualTo(expected.credit == null ? -1 : expected.credit);
        assertThat(frame.traceparent()).isEqualTo(expected.traceparent);
        ByteBuf payload =
                expected.payload == null
                        ? Unpooled.EMPTY_BUFFER
                        : Unpooled.wrappedBuffer(expected.payload);
        assertThat(ByteBufUtil.equals(frame.payload(), payload))
                .as(() -> "payload:\n" + dump(frame.payload()) + "\nexpected:\n" + dump(payload))
                .isTrue();
    }

    private static String dump(ByteBuf bytes) {
        return ByteBufUtil.prettyHexDump(
                bytes, bytes.readerIndex(), Math.min(512, bytes.readableBytes()));
    }

    private void assertRefused(GoldenVector vector) {
        assertThat(received.errors())
                .singleElement()
                .isInstanceOfSatisfying(
                        BadFrameException.class,
                        bad ->
                                assertThat(bad.reason().wireName())
                                        .as(bad.getMessage())
                                        .isEqualTo(vector.error()));
    }
}
