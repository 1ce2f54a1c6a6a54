package dev.culvert.daemon.http.h1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.CountingObserver;
import dev.culvert.daemon.http.HttpServer;
import dev.culvert.daemon.http.ProblemFormats;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.http.pipeline.HttpPipeline;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The pipeline without a socket, where time stands still until it is moved. */
final class EmbeddedServer implements AutoCloseable {
    final CountingObserver observer = new CountingObserver();
    private final Account account =
            new Account(new AccountLimits("memory.max_held_bytes", 64 << 20, 75));
    private final HttpPipeline pipeline;
    private final EmbeddedChannel channel;
    private final StringBuilder received = new StringBuilder();

    EmbeddedServer(HttpSettings settings, Route... more) {
        this(settings, ProblemFormats.DEFAULT, more);
    }

    EmbeddedServer(HttpSettings settings, ProblemFormats problems, Route... more) {
        Router router = new Router(TestServer.routes(more), observer, Callers.anybody());
        pipeline =
                new HttpPipeline(
                        HttpServer.of(settings, observer, account.whole()).with(problems),
                        router,
                        account::whole);
        channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline().addLast(pipeline);
        channel.pipeline().fireChannelActive();
    }

    /** Drops it where the connection is closed, as a network does. */
    void send(String text) {
        if (!channel.isOpen()) {
            return;
        }
        channel.writeInbound(Unpooled.copiedBuffer(text, ISO_8859_1));
        channel.runPendingTasks();
    }

    void pass(Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    /** All that came since the last call. */
    String received() {
        for (ByteBuf out; (out = channel.readOutbound()) != null; out.release()) {
            received.append(out.toString(ISO_8859_1));
        }
        String text = received.toString();
        received.setLength(0);
        return text;
    }

    void drain() {
        pipeline.drain();
        channel.runPendingTasks();
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
    }
}
