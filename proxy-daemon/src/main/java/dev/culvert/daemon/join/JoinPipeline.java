package dev.culvert.daemon.join;

import dev.culvert.daemon.http.tls.Certificates;
import dev.culvert.daemon.http.tls.HandshakeHandler;
import dev.culvert.frame.FrameLimits;
import dev.culvert.io.Share;
import dev.culvert.link.Trunks;
import dev.culvert.transport.WebSocketMessages;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import java.util.function.Supplier;

/**
 * The stations of a connection that an agent opens, in the order of what comes in. When it is the
 * connection's turn, {@link Trunks} adds those that read frames, and later those of a link.
 *
 * <pre>
 *   tcp, unix, vsock                    waiting → account → frames → … → handshake, then link
 *   tls                  tls →          waiting → …
 *   ws, wss       (tls →) WebSocket →   waiting → …
 * </pre>
 */
@Sharable
public final class JoinPipeline extends ChannelInitializer<Channel> {
    private final Trunks trunks;
    private final Waiting waiting;
    private final Share share;
    private final TunnelDoor tunnels;
    private final Supplier<ChannelHandler> handshakes;

    /**
     * @param share is charged for what connections hold before it is known whose they are
     * @param tunnels takes connections that begin with a tunnel
     * @param handshakes makes the one that finds out whose a connection is
     */
    public JoinPipeline(
            Trunks trunks,
            Waiting waiting,
            Share share,
            TunnelDoor tunnels,
            Supplier<ChannelHandler> handshakes) {
        this.trunks = trunks;
        this.waiting = waiting;
        this.share = share;
        this.tunnels = tunnels;
        this.handshakes = handshakes;
    }

    @Override
    protected void initChannel(Channel channel) {
        addStations(channel);
    }

    /** The same stations for listeners with TLS. */
    public ChannelHandler withTls(Certificates certificates) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline()
                        .addLast("tls", certificates.newHandler(channel.alloc()))
                        .addLast(
                                "tls-handshake",
                                new HandshakeHandler(certificates, (it, _) -> addStations(it)));
            }
        };
    }

    /** The same stations for a connection of HTTP that has become a WebSocket. */
    void addAfterUpgrade(Channel channel) {
        WebSocketMessages.addServer(channel, FrameLimits.DEFAULTS.frameBytes());
        addStations(channel);
    }

    private void addStations(Channel channel) {
        channel.pipeline()
                .addLast(
                        "waiting",
                        new WaitingHandler(
                                waiting,
                                it ->
                                        trunks.begin(
                                                it,
                                                share,
                                                new FirstFrame(tunnels),
                                                handshakes.get())));
    }
}
