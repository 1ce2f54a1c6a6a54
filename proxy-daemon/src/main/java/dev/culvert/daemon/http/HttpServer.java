package dev.culvert.daemon.http;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.io.Share;
import io.netty.channel.Channel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What all connections share that were opened with the same settings, whichever version of HTTP
 * they speak. Used on every event loop.
 *
 * @param bodies the share of all requests together that are not complete
 * @param headers those that every answer has
 * @param problems how clients are told why a request failed
 */
public record HttpServer(
        HttpSettings settings,
        HttpObserver observer,
        Connections connections,
        Share bodies,
        GateHandler gate,
        RequestRules rules,
        CommonHeaders headers,
        ProblemFormats problems) {

    public static HttpServer of(HttpSettings settings, HttpObserver observer, Share bodies) {
        BrowserPolicy browsers = new BrowserPolicy(settings);
        RequestRules rules = new RequestRules(browsers, settings);
        return new HttpServer(
                settings,
                observer,
                new Connections(settings.maxConnections()),
                bodies,
                new GateHandler(rules, bodies.account().whole()),
                rules,
                new CommonHeaders(browsers),
                ProblemFormats.DEFAULT);
    }

    /** The same, but problems have these formats. */
    public HttpServer with(ProblemFormats formats) {
        return new HttpServer(
                settings, observer, connections, bodies, gate, rules, headers, formats);
    }

    /** For connections with TLS. */
    public HttpServer withTls() {
        BrowserPolicy browsers = BrowserPolicy.withTls(settings);
        Duration hstsMaxAge = settings.tls().hstsMaxAge();
        return with(settings, browsers, new CommonHeaders(browsers).withHsts(hstsMaxAge));
    }

    /** For connections to come, with other settings. */
    public HttpServer with(HttpSettings next) {
        connections.limit(next.maxConnections());
        BrowserPolicy browsers = new BrowserPolicy(next);
        return with(next, browsers, new CommonHeaders(browsers));
    }

    private HttpServer with(HttpSettings next, BrowserPolicy browsers, CommonHeaders common) {
        RequestRules nextRules = new RequestRules(browsers, next);
        return new HttpServer(
                next,
                observer,
                connections,
                bodies,
                new GateHandler(nextRules, bodies.account().whole()),
                nextRules,
                common,
                problems);
    }

    /**
     * Tells that a request was refused before a route saw it.
     *
     * @param isWithinBody whether its head was good
     */
    public void refused(Head head, Problem problem, boolean isWithinBody) {
        Trouble.of(problem).tellIfLimited(observer);
        observer.onEnded(
                RequestRecord.refused(head, problem, isWithinBody ? Phase.BODY : Phase.HEAD));
    }

    /** The connection speaks another protocol from now on: it is none of HTTP any longer. */
    public void leave(Channel channel) {
        if (connections.leave(channel)) {
            observer.onConnectionClosed();
        }
    }

    /** Tells of a request whose client left before its body was there; null if there is none. */
    public void lost(@Nullable Head head) {
        if (head != null && observer.wantsRecords()) {
            observer.onEnded(RequestRecord.lost(head));
        }
    }
}
