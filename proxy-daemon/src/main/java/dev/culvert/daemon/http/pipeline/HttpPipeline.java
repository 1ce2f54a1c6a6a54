package dev.culvert.daemon.http.pipeline;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.Access;
import dev.culvert.daemon.http.ConnectionLimitHandler;
import dev.culvert.daemon.http.HttpServer;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.http.RouterHandler;
import dev.culvert.daemon.http.h1.RequestDecoder;
import dev.culvert.daemon.http.h1.RequestHandler;
import dev.culvert.daemon.http.h2.ClientHandler;
import dev.culvert.daemon.http.h2.FrameCodec;
import dev.culvert.daemon.http.h2.PrefaceHandler;
import dev.culvert.daemon.http.h2.StreamCodec;
import dev.culvert.daemon.http.h2.StreamHandler;
import dev.culvert.daemon.http.tls.Certificates;
import dev.culvert.daemon.http.tls.HandshakeHandler;
import dev.culvert.io.Share;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The stations of a request, in order: bytes in, a route called, bytes out. Shared by all
 * listeners.
 *
 * <pre>
 *   in    each handler passes its result to the next one in the pipeline
 *   back  Route → Answer → ResponseWriter → socket; when the answer has ended,
 *         RequestHandler → ConnectionHandler → RequestDecoder, which lets the next request in
 * </pre>
 */
@Sharable
public final class HttpPipeline extends ChannelInitializer<Channel> {
    /**
     * The size of the kernel's send buffer. Otherwise the kernel enlarges it to megabytes for a
     * client that does not read. A broken connection loses those bytes, and the agent keeps too few
     * to send them again.
     */
    private static final int SEND_BYTES = 128 * 1024;

    private static final String HTTP2 = "h2";

    /** Those that a client may choose from with ALPN, the preferred one first. */
    public static final List<String> PROTOCOLS = List.of(HTTP2, "http/1.1");

    private final Supplier<Share> clients;
    private final Router router;
    private volatile HttpServer server;
    private volatile HttpServer tlsServer;

    /**
     * Serves nobody until a listener uses it.
     *
     * @param clients a share for each client, which is a connection
     */
    public HttpPipeline(HttpServer server, Router router, Supplier<Share> clients) {
        this.clients = clients;
        this.router = router;
        this.server = server;
        tlsServer = server.withTls();
    }

    /** Takes other settings for connections to come; open connections keep theirs. */
    public void use(HttpSettings settings) {
        server = server.with(settings);
        tlsServer = server.withTls();
    }

    @Override
    protected void initChannel(Channel channel) {
        HttpServer shared = server;
        channel.config().setOption(ChannelOption.SO_SNDBUF, SEND_BYTES);
        channel.pipeline()
                .addLast("limit", new ConnectionLimitHandler(shared, true)); // one of so many
        addHttp1(channel, shared, true);
    }

    /**
     * Adds the stations to a connection that is open already and was not read, such as a tunnel.
     * Called on its event loop.
     *
     * @param caller who is at the other end
     */
    public void serve(Channel open, Caller caller) {
        HttpServer shared = server;
        open.attr(Access.CALLER).set(caller);
        ConnectionLimitHandler limit = new ConnectionLimitHandler(shared, true);
        open.pipeline().addLast("limit", limit);
        addHttp1(open, shared, true);
        limit.channelActive(open.pipeline().context(limit));
        open.config().setAutoRead(true);
    }

    /** The same stations for listeners with TLS. */
    public ChannelHandler withTls(Certificates certificates) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                addTls(channel, certificates);
            }
        };
    }

    private void addTls(Channel channel, Certificates certificates) {
        HttpServer shared = tlsServer;
        channel.config().setOption(ChannelOption.SO_SNDBUF, SEND_BYTES);
        channel.pipeline()
                .addLast("limit", new ConnectionLimitHandler(shared, false))
                .addLast("tls", certificates.newHandler(channel.alloc())) // bytes ↔ TLS records
                .addLast(
                        "handshake",
                        new HandshakeHandler(
                                certificates,
                                (it, agreed) -> {
                                    if (agreed.equals(HTTP2)) {
                                        addHttp2(it, shared, clients.get());
                                    } else {
                                        addHttp1(it, shared, false);
                                    }
                                }));
    }

    /**
     * @param open whether its first bytes may be those of HTTP/2
     */
    private void addHttp1(Channel channel, HttpServer shared, boolean open) {
        RequestDecoder decoder = new RequestDecoder(shared.settings(), router.otherHosts());
        // Owns "account" and "connection", which it calls directly.
        RequestHandler requests = new RequestHandler(channel, shared, decoder, clients.get());
        requests.onUpgrade(next -> leaveHttp(channel, shared, next));
        if (open) {
            channel.pipeline()
                    .addLast(
                            "preface",
                            new PrefaceHandler(() -> speakHttp2(channel, shared, requests)));
        }
        channel.pipeline()
                .addLast("account", requests.account()) // charges the client for what waits
                .addLast("decoder", decoder) // bytes → Head, body, BODY_END; or a Refusal
                // One request at a time, in time. Bodies skip the next two, which have nothing to
                // do with them.
                .addLast("connection", requests.connection())
                .addLast("gate", shared.gate()) // a Head that breaks no rule; or a Refusal
                // Head → RoutedRequest of a caller who may, OptionsRequest; or a Refusal
                .addLast("router", new RouterHandler(router, channel))
                .addLast("requests", requests); // body → Request → Route.handle, with an Answer
    }

    /** The stations of HTTP/1 give way; bytes that came early are for the ones that follow. */
    private static void leaveHttp(Channel channel, HttpServer shared, Consumer<Channel> next) {
        if (!channel.isActive()) {
            return;
        }
        ChannelPipeline pipeline = channel.pipeline();
        List.of("limit", "account", "connection", "gate", "router", "requests")
                .forEach(pipeline::remove);
        if (pipeline.get("preface") != null) {
            pipeline.remove("preface");
        }
        shared.leave(channel);
        channel.config().setAutoRead(true);
        next.accept(channel);
        pipeline.context("decoder").fireChannelActive();
        pipeline.remove("decoder");
    }

    /** The stations of HTTP/1 give way before they have seen a byte. */
    private void speakHttp2(Channel channel, HttpServer shared, RequestHandler requests) {
        if (!requests.isAwaiting()) {
            return; // it is refused
        }
        List.of("account", "decoder", "connection", "gate", "router", "requests")
                .forEach(channel.pipeline()::remove);
        addHttp2(channel, shared, requests.client());
    }

    private void addHttp2(Channel channel, HttpServer shared, Share client) {
        Http2FrameCodec frames = FrameCodec.of(shared.settings());
        ClientHandler connection = new ClientHandler(channel, shared, frames, client);
        channel.pipeline()
                .addLast("frames", frames) // bytes ↔ frames
                .addLast("connection", connection) // its limits, and its end
                .addLast( // frames ↔ one channel for each request
                        "streams",
                        new Http2MultiplexHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel stream) {
                                        addStream(stream, shared, connection);
                                    }
                                }));
    }

    private void addStream(Channel stream, HttpServer shared, ClientHandler connection) {
        StreamCodec codec = new StreamCodec(shared.settings(), router.otherHosts());
        StreamHandler requests = new StreamHandler(stream, shared, connection, codec);
        stream.pipeline()
                .addLast("frames", codec) // frames → Head, body, BODY_END; or a Refusal
                .addLast("account", requests.account())
                .addLast("gate", shared.gate())
                .addLast("router", new RouterHandler(router, stream))
                .addLast("requests", requests); // body → Request → Route.handle, with an Answer
    }

    /**
     * Each connection closes after its current answer. An idle one begins to close at once; one
     * that has sent nothing yet has one second to ask. Completes when no connection is left, also
     * none that was opened under earlier settings. May be called from any thread.
     */
    public CompletionStage<Void> drain() {
        return server.connections().drain();
    }
}
