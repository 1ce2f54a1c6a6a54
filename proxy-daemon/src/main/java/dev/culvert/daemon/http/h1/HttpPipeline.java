package dev.culvert.daemon.http.h1;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.Connections;
import dev.culvert.daemon.http.FailureLog;
import dev.culvert.daemon.http.HttpObserver;
import dev.culvert.daemon.http.Router;
import dev.culvert.io.Share;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Bytes in, routes called, bytes out. Reading order is wire order. Shared by all listeners. */
@Sharable
public final class HttpPipeline extends ChannelInitializer<Channel> {
    /**
     * The kernel would let it grow to megabytes for a client that does not read; they would be lost
     * with its connection, and be more than an agent keeps.
     */
    private static final int SEND_BYTES = 128 * 1024;

    private final Supplier<Share> clients;
    private final Share bodies;
    private volatile Reception reception;

    /**
     * Serves nobody yet.
     *
     * @param clients a share for each client, which is a connection
     * @param bodies the share of all requests together that are not complete
     */
    public HttpPipeline(
            HttpSettings settings,
            Router router,
            HttpObserver observer,
            Supplier<Share> clients,
            Share bodies) {
        this.clients = clients;
        this.bodies = bodies;
        Connections connections = new Connections(settings.maxConnections());
        reception = new Reception(settings, router, observer, connections, new FailureLog());
    }

    /** Takes other settings for the connections to come; those that are open notice nothing. */
    public void use(HttpSettings settings) {
        reception = reception.with(settings);
    }

    @Override
    protected void initChannel(Channel channel) {
        channel.config().setOption(ChannelOption.SO_SNDBUF, SEND_BYTES);
        Reception now = reception;
        RequestDecoder decoder = new RequestDecoder(now.settings());
        ConnectionHandler connection =
                new ConnectionHandler(channel, now, decoder, clients.get(), bodies);
        channel.pipeline()
                .addLast("account", connection.account())
                .addLast("requests", decoder)
                .addLast("connection", connection);
    }

    /**
     * From now on each connection closes behind the answer or stream under way on it, and those
     * without one close at once; completes when none is left. May be called from any thread.
     */
    public CompletionStage<Void> drain() {
        return reception.connections().drain();
    }
}
