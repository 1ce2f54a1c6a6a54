package dev.culvert.daemon.http;

import java.util.List;

/** What the router found for a method and a path. */
public sealed interface Match {
    /** The values of the endpoint's parameters are in order and still percent-encoded. */
    record Found(Endpoint endpoint, List<String> values) implements Match {}

    record Options(String allow) implements Match {}

    record Refused(Problem problem) implements Match {}
}
