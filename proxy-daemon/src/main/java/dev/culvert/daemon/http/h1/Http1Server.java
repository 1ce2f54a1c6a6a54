package dev.culvert.daemon.http.h1;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.BrowserPolicy;
import dev.culvert.daemon.http.Connections;
import dev.culvert.daemon.http.GateHandler;
import dev.culvert.daemon.http.HttpObserver;
import dev.culvert.daemon.http.RequestRules;
import dev.culvert.io.Share;

/**
 * What all connections share that were opened with the same settings. Used on every event loop.
 *
 * @param bodies the share of all requests together that are not complete
 */
record Http1Server(
        HttpSettings settings,
        HttpObserver observer,
        Connections connections,
        Share bodies,
        GateHandler gate,
        RequestRules rules,
        ResponseHead responseHead) {

    static Http1Server of(HttpSettings settings, HttpObserver observer, Share bodies) {
        return of(settings, observer, new Connections(settings.maxConnections()), bodies);
    }

    private static Http1Server of(
            HttpSettings settings, HttpObserver observer, Connections connections, Share bodies) {
        BrowserPolicy browsers = new BrowserPolicy(settings);
        RequestRules rules = new RequestRules(browsers, settings);
        return new Http1Server(
                settings,
                observer,
                connections,
                bodies,
                new GateHandler(rules, bodies.account().whole()),
                rules,
                new ResponseHead(browsers));
    }

    /** For connections to come, with other settings. */
    Http1Server with(HttpSettings next) {
        connections.limit(next.maxConnections());
        return of(next, observer, connections, bodies);
    }
}
