package dev.culvert.upstream;

import dev.culvert.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A server of HTTP/1.1, with the connections to it that wait. Safe for all threads. */
public final class UpstreamServer implements AutoCloseable {
    private static final int MOST_LINE = 4096;
    private static final int MOST_HEADER = 32 * 1024;
    private static final int MOST_PIECE = 16 * 1024;

    /** How many unused connections each loop keeps. */
    private static final int MOST_IDLE = 8;

    private static final Duration KEEP = Duration.ofSeconds(30);

    private final Transport transport;
    private final UpstreamUrl url;
    private final UpstreamLimits limits;
    private final @Nullable SslContext tls;

    /** Each queue is confined to its loop. */
    private final Map<EventLoop, Deque<UpstreamConnection>> idle = new ConcurrentHashMap<>();

    private volatile boolean closed;

    /**
     * Opens nothing yet. Blocks if {@code issuers} is a file.
     *
     * @param issuers a file with the certificates that are trusted, instead of the JDK's
     * @throws IOException one sentence, if the file cannot be used
     */
    public UpstreamServer(
            Transport transport, UpstreamUrl url, UpstreamLimits limits, Optional<Path> issuers)
            throws IOException {
        this.transport = transport;
        this.url = url;
        this.limits = limits;
        tls = url.isTls() ? tls(issuers) : null;
    }

    private static SslContext tls(Optional<Path> issuers) throws IOException {
        SslContextBuilder builder =
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .endpointIdentificationAlgorithm("HTTPS");
        try {
            return issuers.isEmpty()
                    ? builder.build()
                    : builder.trustManager(issuers.get().toFile()).build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IOException(
                    "%s cannot be read as certificates in PEM (%s)"
                            .formatted(
                                    issuers.map(Path::toString).orElse("the JDK's trust store"),
                                    e.getMessage()),
                    e);
        }
    }

    public UpstreamUrl url() {
        return url;
    }

    UpstreamLimits limits() {
        return limits;
    }

    /**
     * Sends a request, on this loop, which calls this; nothing is told before this returns. Borrows
     * the request's body for the call: it is retained until the answer begins.
     */
    public UpstreamCall send(EventLoop loop, UpstreamRequest request, UpstreamListener listener) {
        UpstreamCall call = new UpstreamCall(loop, this, request, listener);
        loop.execute(call::begin);
        return call;
    }

    FullHttpRequest written(UpstreamRequest request) {
        HttpMethod method = request.method();
        FullHttpRequest written =
                new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1,
                        method,
                        url.path() + request.path(),
                        request.body().retainedDuplicate());
        HttpHeaders headers = written.headers();
        headers.set(request.headers());
        headers.set(HttpHeaderNames.HOST, url.authority());
        if (request.body().isReadable() || !method.equals(HttpMethod.GET)) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, request.body().readableBytes());
        }
        return written;
    }

    /** Opens a connection; cancelling closes it. */
    Future<UpstreamConnection> dial(EventLoop loop) {
        Promise<UpstreamConnection> ready = loop.newPromise();
        Future<Channel> dialled =
                transport.dial(
                        loop,
                        url.address(),
                        limits.connect(),
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                addStations(channel);
                            }
                        });
        dialled.addListener(_ -> {
            if (!dialled.isSuccess()) {
                ready.tryFailure(dialled.cause());
            } else {
                whenSecure(dialled.getNow(), ready);
            }
        });
        ready.addListener(_ -> {
            if (ready.isCancelled()) {
                dialled.cancel(false);
                if (dialled.isSuccess()) {
                    var _ = dialled.getNow().close();
                }
            }
        });
        return ready;
    }

    private void addStations(Channel channel) {
        if (tls != null) {
            SslHandler handler =
                    tls.newHandler(channel.alloc(), url.address().host(), url.address().port());
            handler.setHandshakeTimeoutMillis(limits.connect().toMillis());
            channel.pipeline().addLast("tls", handler); // bytes ↔ TLS records
        }
        channel.pipeline()
                .addLast("codec", new HttpClientCodec(MOST_LINE, MOST_HEADER, MOST_PIECE))
                .addLast("connection", new UpstreamConnection(channel, this)); // objects → call
    }

    private static void whenSecure(Channel channel, Promise<UpstreamConnection> ready) {
        UpstreamConnection connection = channel.pipeline().get(UpstreamConnection.class);
        SslHandler handler = channel.pipeline().get(SslHandler.class);
        if (handler == null) {
            hand(connection, ready);
            return;
        }
        handler.handshakeFuture()
                .addListener(secure -> {
                    if (secure.isSuccess()) {
                        hand(connection, ready);
                    } else {
                        ready.tryFailure(
                                new IOException(
                                        "the TLS handshake failed: " + secure.cause().getMessage(),
                                        secure.cause()));
                        connection.close();
                    }
                });
    }

    private static void hand(UpstreamConnection connection, Promise<UpstreamConnection> ready) {
        if (!ready.trySuccess(connection)) {
            connection.close();
        }
    }

    /** The usable connection of this loop that was used last; null if there is none. */
    @Nullable UpstreamConnection takeIdle(EventLoop loop) {
        Deque<UpstreamConnection> waiting = idle.get(loop);
        if (waiting == null) {
            return null;
        }
        UpstreamConnection connection = waiting.pollLast();
        while (connection != null && !connection.isUsable()) {
            connection = waiting.pollLast();
        }
        return connection;
    }

    /** Keeps a connection for later, or closes it if enough are kept. */
    void keep(UpstreamConnection connection) {
        Deque<UpstreamConnection> waiting =
                idle.computeIfAbsent(connection.channel().eventLoop(), _ -> new ArrayDeque<>());
        if (closed || waiting.size() >= MOST_IDLE) {
            connection.close();
        } else {
            waiting.addLast(connection);
            connection.keepFor(KEEP);
        }
    }

    void forget(UpstreamConnection connection) {
        Deque<UpstreamConnection> waiting = idle.get(connection.channel().eventLoop());
        if (waiting != null) {
            waiting.remove(connection);
        }
    }

    /** Closes the unused connections; those in use are closed after their use. */
    @Override
    public void close() {
        closed = true;
        idle.forEach((loop, waiting) -> {
            if (!loop.isShuttingDown()) {
                loop.execute(() -> List.copyOf(waiting).forEach(UpstreamConnection::close));
            }
        });
    }
}
