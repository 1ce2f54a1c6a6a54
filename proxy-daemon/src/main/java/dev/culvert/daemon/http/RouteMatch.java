package dev.culvert.daemon.http;

import java.util.List;

/** What the router found for a method and a path. */
sealed interface RouteMatch {
    /** The values of the endpoint's parameters are in order and still percent-encoded. */
    record Found(Endpoint endpoint, List<String> values) implements RouteMatch {}

    record Options(String allow) implements RouteMatch {}

    record Refused(Problem problem) implements RouteMatch {}
}
