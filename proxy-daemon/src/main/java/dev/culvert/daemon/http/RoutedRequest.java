package dev.culvert.daemon.http;

import dev.culvert.daemon.auth.Caller;
import java.util.List;

/**
 * A request whose route was found and whose body may still be to come.
 *
 * @param values of the endpoint's parameters, in order, decoded
 * @param caller who asks, and may
 */
public record RoutedRequest(Head head, Endpoint endpoint, List<String> values, Caller caller) {}
