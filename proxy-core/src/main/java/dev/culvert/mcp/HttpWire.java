package dev.culvert.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.mcp.McpException.Unanswered;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A server of streamable HTTP on this machine: each message is a request on a connection of its
 * own, whose end is the end of its answer.
 */
final class HttpWire implements Wire {
    private static final String SESSION = "mcp-session-id";
    private static final String REVISION = "mcp-protocol-version";
    private static final String BOTH = "application/json, text/event-stream";
    private static final int HTTP_PORT = 80;
    private static final int CONNECT_MILLIS = 5_000;
    private static final int MOST_SESSION_CHARS = 1_024;

    private final URI url;
    private final EventLoop loop;
    private final Bootstrap bootstrap;
    private final McpLimits limits;
    private final Map<Long, HttpAnswer> open = new ConcurrentHashMap<>();

    /** For messages that want no answer, in {@link #open}. */
    private final AtomicLong nameless = new AtomicLong();

    /** Null if the server has given none. */
    private volatile @Nullable String session;

    private volatile boolean closed;

    HttpWire(URI url, Loopback loopback, McpLimits limits) {
        this.url = url;
        loop = loopback.loop();
        this.limits = limits;
        bootstrap =
                new Bootstrap()
                        .group(loop)
                        .channelFactory(loopback.channels())
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                        .option(ChannelOption.TCP_NODELAY, true);
    }

    @Override
    public Arrivals send(Outgoing message) throws McpException {
        boolean isFirst = message.method().equals("initialize");
        FullHttpRequest request =
                request(
                        HttpMethod.POST,
                        Unpooled.copiedBuffer(message.json(), UTF_8),
                        message.revision());
        message.headers().forEach(request.headers()::set);
        return ask(message.id(), request, isFirst);
    }

    @Override
    public Arrivals unasked(String revision) throws McpException {
        return ask(0, request(HttpMethod.GET, Unpooled.EMPTY_BUFFER, revision), false);
    }

    private FullHttpRequest request(HttpMethod method, ByteBuf body, @Nullable String revision) {
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        FullHttpRequest request =
                new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1,
                        method,
                        url.getRawQuery() == null ? path : path + "?" + url.getRawQuery(),
                        body);
        request.headers()
                .set(HttpHeaderNames.HOST, url.getRawAuthority())
                .set(
                        HttpHeaderNames.ACCEPT,
                        method.equals(HttpMethod.GET) ? "text/event-stream" : BOTH)
                .set(HttpHeaderNames.CONNECTION, "close");
        if (method.equals(HttpMethod.POST)) {
            request.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                    .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        }
        String given = session;
        if (given != null) {
            request.headers().set(SESSION, given);
        }
        if (revision != null && Revision.hasHeader(revision)) {
            request.headers().set(REVISION, revision);
        }
        return request;
    }

    /** Takes ownership of {@code request}. */
    private Arrivals ask(long id, FullHttpRequest request, boolean isFirst) throws McpException {
        if (closed) {
            request.release();
            throw new Unanswered("is not used any more", true);
        }
        long key = id == 0 ? nameless.decrementAndGet() : id;
        HttpAnswer answer =
                new HttpAnswer(
                        limits,
                        session != null,
                        isFirst ? this::begin : _ -> {},
                        () -> open.remove(key));
        open.put(key, answer);
        loop.execute(() -> dial(request, answer, addresses(), 0));
        return answer.arrivals();
    }

    /* Only what a header can have again. */
    private void begin(String given) {
        boolean plain = given.chars().allMatch(c -> c >= '!' && c <= '~');
        if (plain && !given.isEmpty() && given.length() <= MOST_SESSION_CHARS) {
            session = given;
        }
    }

    private List<InetSocketAddress> addresses() {
        int port = url.getPort() < 0 ? HTTP_PORT : url.getPort();
        return switch (url.getHost()) {
            case "localhost" ->
                    List.of(
                            new InetSocketAddress(NetUtil.LOCALHOST4, port),
                            new InetSocketAddress(NetUtil.LOCALHOST6, port));
            case "[::1]" -> List.of(new InetSocketAddress(NetUtil.LOCALHOST6, port));
            default -> List.of(new InetSocketAddress(NetUtil.LOCALHOST4, port));
        };
    }

    private void dial(
            FullHttpRequest request,
            HttpAnswer answer,
            List<InetSocketAddress> addresses,
            int which) {
        bootstrap
                .clone()
                .handler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline()
                                        .addLast("codec", new HttpClientCodec())
                                        .addLast("answer", answer.handler());
                            }
                        })
                .connect(addresses.get(which))
                .addListener(
                        (ChannelFutureListener)
                                connected -> {
                                    if (connected.isSuccess() && answer.isWanted()) {
                                        answer.reads(connected.channel());
                                        var _ = connected.channel().writeAndFlush(request);
                                    } else if (connected.isSuccess()) {
                                        request.release();
                                        var _ = connected.channel().close();
                                    } else if (which + 1 < addresses.size()) {
                                        dial(request, answer, addresses, which + 1);
                                    } else {
                                        request.release();
                                        answer.lost(connected.cause());
                                    }
                                });
    }

    @Override
    public void forget(long id) {
        HttpAnswer answer = open.remove(id);
        if (answer != null) {
            loop.execute(answer::leave);
        }
    }

    @Override
    public boolean isShared() {
        return false;
    }

    /** Ends a session, if there is one, and all that waits. */
    @Override
    public void close() {
        String given = session;
        if (given != null && !closed) {
            FullHttpRequest end = request(HttpMethod.DELETE, Unpooled.EMPTY_BUFFER, null);
            HttpAnswer answer = new HttpAnswer(limits, false, _ -> {}, () -> {});
            loop.execute(() -> dial(end, answer, addresses(), 0));
            loop.schedule(answer::leave, CONNECT_MILLIS, TimeUnit.MILLISECONDS);
        }
        closed = true;
        for (HttpAnswer answer : open.values()) {
            loop.execute(answer::leave);
        }
        open.clear();
    }

    @Override
    public String toString() {
        return url.toString();
    }
}
