package dev.culvert.guest.runtime;

import dev.culvert.guest.config.RuntimeKind;
import dev.culvert.guest.config.RuntimeLimits;
import dev.culvert.guest.config.RuntimeRequests;
import dev.culvert.guest.config.RuntimeTimeouts;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One event loop with a client of the runtime, driven from the thread of a test. */
final class RuntimeDriver implements AutoCloseable {

    static final String BODY =
            "{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final LlmRuntime runtime;
    private final RuntimeKind kind;

    RuntimeDriver(LlmRuntime runtime) {
        this(runtime, RuntimeKind.OPENAI);
    }

    private RuntimeDriver(LlmRuntime runtime, RuntimeKind kind) {
        this.runtime = runtime;
        this.kind = kind;
    }

    /** Of a runtime that speaks Anthropic's API. */
    static RuntimeDriver ofAnthropic(
            URI base, RuntimeRequests requests, RuntimeTimeouts timeouts, RuntimeLimits limits) {
        RuntimeSettings settings =
                new RuntimeSettings(base, "sk-secret", requests, timeouts, limits);
        return new RuntimeDriver(
                new HttpRuntime(settings, NioSocketChannel::new), RuntimeKind.ANTHROPIC);
    }

    static RuntimeDriver of(URI base) {
        return of(base, RuntimeTimeouts.DEFAULTS, RuntimeLimits.DEFAULTS);
    }

    static RuntimeDriver of(URI base, RuntimeTimeouts timeouts, RuntimeLimits limits) {
        return new RuntimeDriver(
                new HttpRuntime(
                        new RuntimeSettings(
                                base, "sk-secret", RuntimeRequests.DEFAULTS, timeouts, limits),
                        NioSocketChannel::new));
    }

    /** The default time-outs, but with this idle time. */
    static RuntimeTimeouts idle(Duration idle) {
        RuntimeTimeouts usual = RuntimeTimeouts.DEFAULTS;
        return new RuntimeTimeouts(usual.connect(), idle, usual.keepAlive());
    }

    LlmRuntime runtime() {
        return runtime;
    }

    EventLoop loop() {
        return loop;
    }

    /** A small request; the caller releases its body unless the runtime takes it. */
    GenerationRequest request() {
        return request(BODY, Map.of());
    }

    private GenerationRequest request(String body, Map<String, String> headers) {
        return new GenerationRequest(
                ByteBufUtil.writeUtf8(PooledByteBufAllocator.DEFAULT, body), headers, kind);
    }

    void start(RecordingListener listener) throws Exception {
        start(BODY, Map.of(), listener);
    }

    void start(String body, Map<String, String> headers, RecordingListener listener)
            throws Exception {
        onLoop(() -> listener.started(runtime.start(loop, request(body, headers), listener)));
    }

    /** Starts a small request, and returns its listener. */
    RecordingListener ask() throws Exception {
        RecordingListener listener = new RecordingListener();
        start(listener);
        return listener;
    }

    void onLoop(Runnable task) throws Exception {
        loop.submit(task).get(10, TimeUnit.SECONDS);
    }

    /** Waits until the clock of the loop has advanced by this time. */
    void pass(Duration time) throws Exception {
        loop.schedule(() -> {}, time.toMillis(), TimeUnit.MILLISECONDS).get(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        runtime.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
