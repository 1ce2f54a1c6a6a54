package dev.culvert.daemon.http;

import java.util.List;

/**
 * A request whose route was found and whose body may still be to come.
 *
 * @param values of the endpoint's parameters, in order, decoded
 */
public record RoutedRequest(Head head, Endpoint endpoint, List<String> values) {}
