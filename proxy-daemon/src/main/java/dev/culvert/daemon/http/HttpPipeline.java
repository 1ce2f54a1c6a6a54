package dev.culvert.daemon.http;

import dev.culvert.daemon.config.HttpSettings;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import java.util.concurrent.CompletionStage;

/** Bytes in, routes called, bytes out. Reading order is wire order. Shared by all listeners. */
@Sharable
public final class HttpPipeline extends ChannelInitializer<Channel> {
    private volatile Reception reception;

    public HttpPipeline(HttpSettings settings, Router router, HttpObserver observer) {
        Connections connections = new Connections(settings.maxConnections());
        reception = new Reception(settings, router, observer, connections);
    }

    /** Takes other settings for the connections to come; those that are open notice nothing. */
    public void use(HttpSettings settings) {
        reception = reception.with(settings);
    }

    @Override
    protected void initChannel(Channel channel) {
        Reception now = reception;
        RequestDecoder decoder = new RequestDecoder(now.settings());
        channel.pipeline()
                .addLast("requests", decoder)
                .addLast("connection", new ConnectionHandler(channel, now, decoder));
    }

    /**
     * From now on each connection closes behind the answer or stream under way on it, and those
     * without one close at once; completes when none is left. May be called from any thread.
     */
    public CompletionStage<Void> drain() {
        return reception.connections().drain();
    }
}
