package dev.culvert.daemon.http.h1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.config.FrontBodies;
import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.config.ProxySettings;
import dev.culvert.daemon.config.TrustedProxy;
import dev.culvert.daemon.http.CountingObserver;
import dev.culvert.daemon.http.HttpServer;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.http.TestRoute;
import dev.culvert.daemon.http.pipeline.HttpPipeline;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.EventLoops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The pipeline on a real socket of loopback, with a few routes that echo. */
final class TestServer implements AutoCloseable {
    static final AsciiString TEXT = AsciiString.cached("text/plain; charset=utf-8");
    static final int PATIENCE_MILLIS = 10_000;

    final CountingObserver observer = new CountingObserver();
    final Account account = new Account(new AccountLimits("memory.max_held_bytes", 64 << 20, 75));
    final HttpPipeline pipeline;
    private final EventLoops loops = EventLoops.start(1, "test-http");
    private final Channel listening;

    TestServer(HttpSettings settings, Route... more) {
        this(settings, settings.listen().getFirst(), more);
    }

    TestServer(HttpSettings settings, AgentAddress address, Route... more) {
        pipeline =
                new HttpPipeline(
                        HttpServer.of(settings, observer, account.whole()),
                        new Router(routes(more), observer, Callers.anybody()),
                        account::whole);
        listening =
                loops.transport()
                        .listen(loops.group(), address, pipeline)
                        .syncUninterruptibly()
                        .getNow();
    }

    /** The defaults, on a port of the system's choice. */
    static HttpSettings settings() {
        return new SettingsBuilder().build();
    }

    static List<Route> routes(Route... more) {
        Route echo =
                new TestRoute(
                        Set.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT),
                        List.of("/echo"),
                        true,
                        (request, responder) ->
                                responder.whole(
                                        HttpResponseStatus.OK, TEXT, request.body().retain()));
        Route named =
                new TestRoute(
                        HttpMethod.GET,
                        "/agents/{id}",
                        (request, responder) ->
                                responder.whole(
                                        HttpResponseStatus.OK,
                                        TEXT,
                                        text(request.parameter("id") + "|" + request.query("q"))));
        List<Route> routes = new ArrayList<>(List.of(more));
        routes.add(echo);
        routes.add(named);
        return routes;
    }

    static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }

    int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    RawClient connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new RawClient(socket);
    }

    /** What comes back until the server ends its side. */
    String exchange(String request) throws IOException {
        try (RawClient client = connect()) {
            client.send(request);
            return client.readToEnd();
        }
    }

    static byte[] latin1(String text) {
        return text.getBytes(ISO_8859_1);
    }

    @Override
    public void close() {
        loops.close();
    }

    static final class SettingsBuilder {
        List<String> origins = List.of();
        ProxySettings proxies = ProxySettings.DEFAULTS;
        int maxBodyBytes = 64 * 1024;
        int maxFrontBodyBytes = 256 * 1024;
        int maxConnections = 100;
        int maxUriBytes = 2048;
        int maxHeaderBytes = 4096;
        Duration idleTimeout = HttpSettings.DEFAULTS.idleTimeout();

        SettingsBuilder origins(String... allowed) {
            origins = List.of(allowed);
            return this;
        }

        SettingsBuilder proxies(List<String> allowedHosts, String... trusted) {
            proxies =
                    new ProxySettings(
                            allowedHosts, Stream.of(trusted).map(TrustedProxy::parse).toList());
            return this;
        }

        SettingsBuilder idle(Duration timeout) {
            idleTimeout = timeout;
            return this;
        }

        SettingsBuilder maxConnections(int max) {
            maxConnections = max;
            return this;
        }

        HttpSettings build() {
            HttpSettings defaults = HttpSettings.DEFAULTS;
            return new HttpSettings(
                    List.of(new Tcp("127.0.0.1", 0)),
                    false,
                    origins,
                    proxies,
                    maxBodyBytes,
                    FrontBodies.each(maxFrontBodyBytes),
                    maxHeaderBytes,
                    defaults.maxHeaderLines(),
                    maxUriBytes,
                    maxConnections,
                    defaults.headTimeout(),
                    idleTimeout,
                    defaults.minBodyBytesPerSecond(),
                    defaults.tls(),
                    defaults.h2());
        }
    }
}
