package dev.culvert.daemon.sse;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.HttpObserver;
import dev.culvert.daemon.http.HttpServer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.RouteObserver;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.http.pipeline.HttpPipeline;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of one event, from the payload of a chunk to the bytes for the client. */
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
public class SseBenchmark {
    private static final EventType CHUNK = EventType.of("chunk");
    private static final EventIds IDS = EventIds.of("web.XnJCcQS1Aw8jVtO55AO7AFjl");

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private ByteBuf payload;
    private SseStream stream;
    private long number;

    private final class StreamRoute implements Route {
        @Override
        public Set<HttpMethod> methods() {
            return Set.of(HttpMethod.GET);
        }

        @Override
        public List<String> templates() {
            return List.of("/stream");
        }

        @Override
        public Need need(HttpMethod method) {
            return Need.NOTHING;
        }

        @Override
        public void handle(Request request, Answer responder) {
            stream =
                    SseStream.open(responder, Duration.ofSeconds(15), SseStream::comment, () -> {});
        }
    }

    private static final class Unobserved implements HttpObserver {
        @Override
        public void onConnectionOpened() {}

        @Override
        public void onConnectionClosed() {}

        @Override
        public void onConnectionRefused() {}

        @Override
        public void onStreamOpened() {}

        @Override
        public void onStreamClosed() {}

        @Override
        public void onStreamReset() {}

        @Override
        public void onFlood(Flood kind) {}

        @Override
        public void onRequestRefused(int status) {}

        @Override
        public void onFailed(String code, int runtimeStatus) {}

        @Override
        public RouteObserver observe(Route route) {
            return new RouteObserver() {
                @Override
                public void onStarted() {}

                @Override
                public void onEnded(HttpMethod method, int status, long nanos) {}
            };
        }
    }

    @Setup(Level.Trial)
    public void open() {
        Unobserved observer = new Unobserved();
        Router router = new Router(List.of(new StreamRoute()), observer, Callers.anybody());
        Account account = new Account(new AccountLimits("memory.max_held_bytes", 64 << 20, 75));
        channel.pipeline()
                .addLast(
                        new HttpPipeline(
                                HttpServer.of(HttpSettings.DEFAULTS, observer, account.whole()),
                                router,
                                account::whole));
        channel.pipeline().fireChannelActive();
        channel.writeInbound(direct("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        payload = direct("{\"content\":\"" + "x".repeat(40) + "\",\"done\":false}");
        sent();
    }

    private static ByteBuf direct(String text) {
        return PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(text.getBytes(US_ASCII));
    }

    @TearDown(Level.Trial)
    public void close() {
        channel.finishAndReleaseAll();
        payload.release();
    }

    @Benchmark
    public int event() {
        stream.event(CHUNK, IDS, ++number, payload);
        return sent();
    }

    private int sent() {
        channel.runPendingTasks();
        int bytes = 0;
        for (ByteBuf part; (part = channel.readOutbound()) != null; part.release()) {
            bytes += part.readableBytes();
        }
        return bytes;
    }
}
