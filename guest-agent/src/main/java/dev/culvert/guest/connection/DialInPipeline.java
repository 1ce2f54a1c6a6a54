package dev.culvert.guest.connection;

import dev.culvert.frame.FrameLimits;
import dev.culvert.guest.config.JoinSettings;
import dev.culvert.guest.config.JoinTarget;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.WebSocketMessages;
import dev.culvert.tunnel.TunnelOpening;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline of a connection that the guest opens. Reading order is wire order.
 *
 * <pre>
 *   tls? → WebSocket? → opening → held → frames → … → refusals → identity → watch → HostHandler
 * </pre>
 */
public final class DialInPipeline {
    private static final int HANDSHAKE_BYTES = 8 * 1024;
    private static final long HANDSHAKE_MILLIS = 10_000;

    private final JoinTarget target;
    private final @Nullable SslContext tls;
    private final GuestPipeline links;
    private final Supplier<ChannelHandler> identities;

    /**
     * Reads the certificates.
     *
     * @param links adds the stations that every link has
     * @param identities makes the one that proves who the agent is; it becomes active when the
     *     daemon knows that
     * @throws IOException one sentence, if the certificates cannot be used
     */
    public DialInPipeline(
            JoinTarget target,
            JoinSettings settings,
            GuestPipeline links,
            Supplier<ChannelHandler> identities)
            throws IOException {
        this.target = target;
        this.links = links;
        this.identities = identities;
        tls = target.tls() ? tls(settings.ca()) : null;
    }

    private static SslContext tls(Optional<Path> ca) throws IOException {
        SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
        try {
            return ca.isEmpty() ? builder.build() : builder.trustManager(ca.get().toFile()).build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IOException(
                    "join_ca is "
                            + ca.map(Path::toString).orElse("not set")
                            + ": it cannot be read as certificates in PEM ("
                            + e.getMessage()
                            + "); set --join-ca to the issuers of the daemon's certificate",
                    e);
        }
    }

    /** The handlers of one attempt. */
    ChannelHandler of(DialIn.Attempt attempt) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                addCarrier(channel);
                channel.pipeline().addLast("opening", new OpeningHandler(target, attempt));
                links.addStations(
                        channel,
                        true,
                        new RefusalHandler(attempt),
                        identities.get(),
                        new WatchHandler(attempt));
            }
        };
    }

    /** The handlers of a connection for a tunnel, which is opened as one for a link is. */
    public ChannelHandler of(TunnelOpening tunnel) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                addCarrier(channel);
                channel.pipeline().addLast("opening", new OpeningHandler(target, tunnel::failed));
                tunnel.addTo(channel);
            }
        };
    }

    private void addCarrier(Channel channel) {
        if (!(target.address() instanceof Tcp tcp)) {
            return;
        }
        if (tls != null) {
            channel.pipeline()
                    .addLast("tls", tls.newHandler(channel.alloc(), tcp.host(), tcp.port()));
        }
        if (target.isWebSocket()) {
            int most = FrameLimits.DEFAULTS.frameBytes();
            channel.pipeline()
                    .addLast("http", new HttpClientCodec())
                    .addLast("answer", new HttpObjectAggregator(HANDSHAKE_BYTES))
                    .addLast("websocket", new WebSocketClientProtocolHandler(webSocket(most)))
                    .addLast("messages", new WebSocketMessages(most));
        }
    }

    private WebSocketClientProtocolConfig webSocket(int maxBytes) {
        String address = target.toString();
        String path = target.path();
        return WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(URI.create(address.endsWith(path) ? address : address + path))
                .version(WebSocketVersion.V13)
                .allowExtensions(false)
                .performMasking(true)
                .maxFramePayloadLength(maxBytes)
                .handshakeTimeoutMillis(HANDSHAKE_MILLIS)
                .handleCloseFrames(false) // WebSocketMessages answers them
                .dropPongFrames(true)
                .withUTF8Validator(false)
                .build();
    }
}
