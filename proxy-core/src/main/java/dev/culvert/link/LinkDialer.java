package dev.culvert.link;

import dev.culvert.io.Quoted;
import dev.culvert.io.Shares;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.function.Supplier;

/** Opens the links of one event loop, which share its timer wheel. */
public final class LinkDialer implements Dialer {
    private final EventLoop loop;
    private final Transport transport;
    private final Supplier<LinkLimits> limits;
    private final LinkObserver observer;
    private final Shares<AgentAddress> shares;
    private final Deadlines deadlines;

    /**
     * Opens none yet.
     *
     * @param limits called at each dial; a link keeps the limits that it began with
     * @param shares of the agents; a link's bytes are charged to its agent
     */
    public LinkDialer(
            EventLoop loop,
            Transport transport,
            Supplier<LinkLimits> limits,
            LinkObserver observer,
            Shares<AgentAddress> shares) {
        this.loop = loop;
        this.transport = transport;
        this.limits = limits;
        this.observer = observer;
        this.shares = shares;
        deadlines = new Deadlines(loop);
    }

    @Override
    public void dial(AgentAddress address, DialListener listener) {
        long start = System.nanoTime();
        LinkLimits now = limits.get();
        LinkPipeline pipeline =
                new LinkPipeline(address, now, observer, deadlines, shares.of(address));
        observer.onDialStarted(address);
        transport
                .dial(loop, address, now.dialTimeout(), pipeline)
                .addListener((Future<Channel> dialed) -> {
                    Duration took = Duration.ofNanos(System.nanoTime() - start);
                    if (dialed.isSuccess()) {
                        observer.onDialEnded(address, took, null);
                        listener.onLink(LinkPipeline.linkOf(dialed.getNow()));
                    } else {
                        String message = Quoted.message(dialed.cause());
                        Failure failure = new Failure.Unreachable(message);
                        observer.onDialEnded(address, took, failure);
                        listener.onFailure(failure);
                    }
                });
    }
}
