package dev.culvert.frame;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of decoding and encoding one frame. A chunk of 40 B is one token. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dio.netty.leakDetection.level=disabled"
        })
public class FrameBenchmark {
    private static final String ID = "web.XnJCcQS1Aw8jVtO55AO7AFjl";

    @Param({"40", "1048576"})
    public int contentBytes;

    private EnvelopeReader reader;
    private EmbeddedChannel decoding;
    private EmbeddedChannel encoding;
    private ByteBuf envelope;
    private ByteBuf framed;
    private ByteBuf payload;

    @Setup(Level.Trial)
    public void open() {
        FrameLimits limits = FrameLimits.DEFAULTS;
        reader = new EnvelopeReader(limits);
        decoding = new EmbeddedChannel(new FrameDecoder(limits));
        encoding = new EmbeddedChannel(new FrameEncoder());
        String json = "{\"content\":\"" + "x".repeat(contentBytes) + "\",\"done\":false}";
        payload = direct(json);
        envelope =
                direct(
                        "{\"type\":\"chunk\",\"id\":\""
                                + ID
                                + "\",\"seq\":7,\"payload\":"
                                + json
                                + "}");
        framed = direct("").writeInt(envelope.readableBytes()).writeBytes(envelope.duplicate());
    }

    private static ByteBuf direct(String text) {
        return PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(text.getBytes(US_ASCII));
    }

    @TearDown(Level.Trial)
    public void close() {
        decoding.finishAndReleaseAll();
        encoding.finishAndReleaseAll();
        envelope.release();
        framed.release();
        payload.release();
    }

    /** Reads the envelope of one frame. */
    @Benchmark
    public long scan() {
        Frame frame = reader.read(envelope, envelope.readerIndex(), envelope.readableBytes());
        long seq = frame.seq();
        frame.release();
        return seq;
    }

    /** Bytes in, a frame out. */
    @Benchmark
    public long decode() {
        decoding.writeInbound(framed.retainedDuplicate());
        Frame frame = decoding.readInbound();
        long seq = frame.seq();
        frame.release();
        return seq;
    }

    /** A frame in, bytes out. */
    @Benchmark
    public int encode() {
        encoding.writeOutbound(
                new Frame(FrameType.MESSAGE, ID, payload.retainedDuplicate()).withCredit(65_536));
        int bytes = 0;
        for (ByteBuf part; (part = encoding.readOutbound()) != null; part.release()) {
            bytes += part.readableBytes();
        }
        return bytes;
    }
}
