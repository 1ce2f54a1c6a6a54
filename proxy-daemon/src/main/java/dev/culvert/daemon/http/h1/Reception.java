package dev.culvert.daemon.http.h1;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.BrowserPolicy;
import dev.culvert.daemon.http.Connections;
import dev.culvert.daemon.http.FailureLog;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.HttpObserver;
import dev.culvert.daemon.http.Match.Found;
import dev.culvert.daemon.http.Match.Options;
import dev.culvert.daemon.http.Match.Refused;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.RequestId;
import dev.culvert.daemon.http.RequestRules;
import dev.culvert.daemon.http.RequestTarget;
import dev.culvert.daemon.http.Router;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** What all connections share to make sense of a head. Called on every event loop. */
final class Reception {
    private final HttpSettings settings;
    private final Router router;
    private final HttpObserver observer;
    private final BrowserPolicy browsers;
    private final RequestRules rules;
    private final Connections connections;
    private final FailureLog failures;
    private final DateClock clock = new DateClock();

    Reception(
            HttpSettings settings,
            Router router,
            HttpObserver observer,
            Connections connections,
            FailureLog failures) {
        this.settings = settings;
        this.router = router;
        this.observer = observer;
        browsers = new BrowserPolicy(settings);
        rules = new RequestRules(browsers, settings.maxBodyBytes());
        this.connections = connections;
        this.failures = failures;
    }

    /** The same for connections to come, by other settings. */
    Reception with(HttpSettings next) {
        connections.limit(next.maxConnections());
        return new Reception(next, router, observer, connections, failures);
    }

    HttpSettings settings() {
        return settings;
    }

    HttpObserver observer() {
        return observer;
    }

    FailureLog failures() {
        return failures;
    }

    Connections connections() {
        return connections;
    }

    Problem bodyTooLarge() {
        return rules.bodyTooLarge();
    }

    Envelope envelope(Head head) {
        String origin = head.first(Header.ORIGIN);
        return new Envelope(
                clock,
                head.method(),
                RequestId.of(head.only(Header.X_REQUEST_ID)),
                !head.isHttp10() && !head.closes(),
                head.isHttp10(),
                browsers.isAllowedOrigin(origin) ? origin : null,
                browsers.knowsOrigins());
    }

    /** For what could not be read as a request. */
    Envelope envelope() {
        return new Envelope(clock, HttpMethod.GET, RequestId.random(), false, false, null, false);
    }

    /**
     * Finds the route for a head and asks for its body; or answers at once, where no route is
     * needed or none is found, and returns null.
     *
     * @throws ProblemException when the head breaks a rule
     */
    @Nullable IncomingRequest receive(
            Head head, Envelope envelope, Http1Answer answer, Channel channel) {
        RequestTarget target = rules.check(head, isLoopback(channel));
        switch (router.find(head.method(), target.path())) {
            case Found found -> {
                Request request = new Request(channel, head, target, envelope.requestId());
                request.bind(found);
                if (head.awaitsContinue()) {
                    answer.askForBody();
                }
                long now = channel.eventLoop().ticker().nanoTime();
                return new IncomingRequest(
                        request, found.endpoint(), head.contentLength(), settings, now);
            }
            case Options options -> answer.options(options.allow());
            case Refused refused -> {
                observer.onRequestRefused(refused.problem().status().code());
                failures.refused(answer.requestId(), refused.problem(), channel.eventLoop());
                answer.problem(refused.problem());
            }
        }
        return null;
    }

    private static boolean isLoopback(Channel channel) {
        return channel.localAddress() instanceof InetSocketAddress address
                && address.getAddress().isLoopbackAddress();
    }
}
