package dev.culvert.daemon.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.pipeline.HttpPipeline;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of one request, from its bytes to those of an empty answer; {@code -prof gc} too. */
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
public class RequestBenchmark {
    private static final String BODY = "{\"role\":\"user\",\"content\":\"hi\"}";

    /** The different paths that the client asks for in turn. */
    @Param({"1", "64"})
    private int paths;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private ByteBuf[] requests;
    private int next;

    private record JsonRoute(Set<HttpMethod> methods, List<String> templates) implements Route {
        @Override
        public Need need(HttpMethod method) {
            return Need.NOTHING;
        }

        @Override
        public void handle(Request request, Answer answer) {
            answer.json(HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER);
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
        List<Route> routes =
                List.of(
                        new JsonRoute(
                                Set.of(HttpMethod.POST),
                                List.of("/api/v1/agents/{id}/message", "/agents/{id}/message")),
                        new JsonRoute(Set.of(HttpMethod.GET), List.of("/api/v1/agents", "/livez")));
        Account account = new Account(new AccountLimits("memory.max_held_bytes", 64 << 20, 75));
        channel.pipeline()
                .addLast(
                        new HttpPipeline(
                                HttpServer.of(HttpSettings.DEFAULTS, observer, account.whole()),
                                new Router(routes, observer, Callers.anybody()),
                                account::whole));
        channel.pipeline().fireChannelActive();
        requests = new ByteBuf[paths];
        for (int i = 0; i < paths; i++) {
            requests[i] = request(i);
        }
    }

    private static ByteBuf request(int agent) {
        String text =
                """
                POST /api/v1/agents/agent-%d/message HTTP/1.1\r
                Host: 127.0.0.1:80\r
                Accept: */*\r
                Content-Type: application/json\r
                Content-Length: %d\r
                \r
                %s\
                """
                        .formatted(agent, BODY.length(), BODY);
        return PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(text.getBytes(US_ASCII));
    }

    @TearDown(Level.Trial)
    public void close() {
        channel.finishAndReleaseAll();
        for (ByteBuf request : requests) {
            request.release();
        }
    }

    @Benchmark
    public int request() {
        next = (next + 1) % paths;
        channel.writeInbound(requests[next].retainedDuplicate());
        channel.runPendingTasks();
        int bytes = 0;
        for (ByteBuf out; (out = channel.readOutbound()) != null; out.release()) {
            bytes += out.readableBytes();
        }
        return bytes;
    }
}
