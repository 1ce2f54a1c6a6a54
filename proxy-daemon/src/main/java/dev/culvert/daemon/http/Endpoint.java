package dev.culvert.daemon.http;

import java.util.List;

/**
 * A route under one of its templates.
 *
 * @param router finds it
 */
public record Endpoint(
        Route route, RouteObserver observer, List<String> parameters, Router router) {}
