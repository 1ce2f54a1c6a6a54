package dev.culvert.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.io.Shares;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import dev.culvert.transport.Transport;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The host's side of a test: one event loop and its links, used from the test's own thread. */
final class Host implements AutoCloseable {
    static final Patience PATIENCE = Patience.ofSilence(Duration.ofSeconds(20));

    private final EventLoops loops = EventLoops.start(1, "host");
    private final EventLoop loop = loops.next();
    private final CountingObserver observer = new CountingObserver();
    private final Shares<AgentAddress> shares =
            new Shares<>(
                    new Account(new AccountLimits("max_held_bytes", 100 << 20, 75)),
                    "agent_share",
                    () -> 100);
    private final LinkLimits limits;
    private final LinkDialer dialer;

    Host(LinkLimits limits) {
        this.limits = limits;
        dialer = new LinkDialer(loop, loops.transport(), () -> limits, observer, shares);
    }

    Host() {
        this(LinkLimits.DEFAULTS);
    }

    CountingObserver observer() {
        return observer;
    }

    AgentLink dial(AgentAddress address) {
        Object end = within(tryDial(address));
        return switch (end) {
            case AgentLink link -> link;
            default -> throw new AssertionError("no link came of it: " + end);
        };
    }

    Failure dialThatFails(AgentAddress address) {
        return (Failure) within(tryDial(address));
    }

    private CompletableFuture<Object> tryDial(AgentAddress address) {
        CompletableFuture<Object> end = new CompletableFuture<>();
        DialListener listener =
                new DialListener() {
                    @Override
                    public void onLink(AgentLink link) {
                        end.complete(link);
                    }

                    @Override
                    public void onFailure(Failure failure) {
                        end.complete(failure);
                    }
                };
        run(() -> dialer.dial(address, listener));
        return end;
    }

    /** Makes a link of every connection accepted at {@code address}; returns its real address. */
    AgentAddress listen(AgentAddress address) {
        LinkPipeline pipeline =
                new LinkPipeline(
                        address, limits, observer, new Deadlines(loop), shares.of(address));
        Future<Channel> listening = loops.transport().listen(loops.group(), address, pipeline);
        return Transport.localAddress(listening.syncUninterruptibly().getNow());
    }

    Exchange open(AgentLink link, Frame request, ReplyListener listener) {
        return open(link, request, listener, PATIENCE);
    }

    Exchange open(AgentLink link, Frame request, ReplyListener listener, Patience patience) {
        return call(() -> link.open(request, listener, patience));
    }

    /** Runs on the event loop, and returns when it has. */
    void run(Runnable action) {
        within(CompletableFuture.runAsync(action, loop));
    }

    <T> T call(Callable<T> action) {
        return loop.submit(action).syncUninterruptibly().getNow();
    }

    private static <T> T within(CompletableFuture<T> future) {
        return future.orTimeout(10, TimeUnit.SECONDS).join();
    }

    static Frame message(String id, String content) {
        return request(
                FrameType.MESSAGE, id, "{\"role\":\"user\",\"content\":\"" + content + "\"}");
    }

    static Frame request(FrameType type, String id, String payload) {
        return new Frame(type, id, Unpooled.copiedBuffer(payload, UTF_8));
    }

    @Override
    public void close() {
        loops.close();
    }
}
