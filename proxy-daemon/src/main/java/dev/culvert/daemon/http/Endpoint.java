package dev.culvert.daemon.http;

import java.util.List;

/**
 * A route under one of its templates.
 *
 * @param denials ends long answers of callers that are not let in any more
 */
public record Endpoint(
        Route route, RouteObserver observer, List<String> parameters, Denials denials) {}
