package dev.culvert.daemon.http;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.io.Share;
import org.jspecify.annotations.Nullable;

/**
 * What all connections share that were opened with the same settings, whichever version of HTTP
 * they speak. Used on every event loop.
 *
 * @param bodies the share of all requests together that are not complete
 * @param headers those that every answer has
 */
public record HttpServer(
        HttpSettings settings,
        HttpObserver observer,
        Connections connections,
        Share bodies,
        GateHandler gate,
        RequestRules rules,
        CommonHeaders headers) {

    public static HttpServer of(HttpSettings settings, HttpObserver observer, Share bodies) {
        return of(
                settings,
                observer,
                new Connections(settings.maxConnections()),
                bodies,
                new BrowserPolicy(settings));
    }

    private static HttpServer of(
            HttpSettings settings,
            HttpObserver observer,
            Connections connections,
            Share bodies,
            BrowserPolicy browsers) {
        RequestRules rules = new RequestRules(browsers, settings);
        return new HttpServer(
                settings,
                observer,
                connections,
                bodies,
                new GateHandler(rules, bodies.account().whole()),
                rules,
                new CommonHeaders(browsers));
    }

    /** For connections with TLS. */
    public HttpServer withTls() {
        BrowserPolicy browsers = BrowserPolicy.withTls(settings);
        HttpServer secured = of(settings, observer, connections, bodies, browsers);
        return new HttpServer(
                settings,
                observer,
                connections,
                bodies,
                secured.gate,
                secured.rules,
                secured.headers.withHsts(settings.tls().hstsMaxAge()));
    }

    /** For connections to come, with other settings. */
    public HttpServer with(HttpSettings next) {
        connections.limit(next.maxConnections());
        return of(next, observer, connections, bodies, new BrowserPolicy(next));
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

    /** Tells of a request whose client left before its body was there; null if there is none. */
    public void lost(@Nullable Head head) {
        if (head != null && observer.wantsRecords()) {
            observer.onEnded(RequestRecord.lost(head));
        }
    }
}
