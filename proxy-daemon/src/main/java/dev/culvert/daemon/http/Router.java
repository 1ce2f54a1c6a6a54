package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.METHOD_NOT_ALLOWED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.http.RouteMatch.Found;
import dev.culvert.daemon.http.RouteMatch.Options;
import dev.culvert.daemon.http.RouteMatch.Refused;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the route of a path: a tree by segments, a literal before a parameter. A path matches as it
 * was sent, so an escaped letter or a trailing slash makes another path. Immutable.
 */
public final class Router {
    private static final Problem NOTHING_HERE =
            Problem.of(NOT_FOUND, "Nothing is served at this path: /openapi.yaml lists what is.");

    private static final String ALL_METHODS = "DELETE, GET, HEAD, POST, PUT, OPTIONS";
    private static final int USUAL_PARAMETERS = 2;

    private static final class Node {
        final String segment;
        final List<Node> literals = new ArrayList<>();
        final Map<HttpMethod, Endpoint> endpoints = new LinkedHashMap<>();
        @Nullable Node parameter;
        String allow = "";

        Node(String segment) {
            this.segment = segment;
        }

        @Nullable Node literal(String path, int from, int to) {
            for (int i = 0; i < literals.size(); i++) {
                Node literal = literals.get(i);
                if (literal.segment.length() == to - from
                        && path.startsWith(literal.segment, from)) {
                    return literal;
                }
            }
            return null;
        }
    }

    private final Node root = new Node("");
    private final Callers callers;
    private final Denials denials;
    private final OtherHosts otherHosts;
    private final @Nullable Endpoint ofOtherHosts;

    /**
     * @param callers tells who may call the routes
     */
    public Router(List<Route> routes, HttpObserver observer, Callers callers) {
        this(routes, observer, callers, OtherHosts.NONE);
    }

    /**
     * The same.
     *
     * @param otherHosts whose requests none of {@code routes} gets
     */
    public Router(
            List<Route> routes, HttpObserver observer, Callers callers, OtherHosts otherHosts) {
        this.callers = callers;
        this.otherHosts = otherHosts;
        denials = new Denials(callers);
        Route other = otherHosts.route();
        ofOtherHosts =
                other == null
                        ? null
                        : new Endpoint(other, observer.observe(other), List.of(), this);
        for (Route route : routes) {
            RouteObserver routeObserver = observer.observe(route);
            for (String template : route.templates()) {
                add(template, route, routeObserver);
            }
        }
    }

    private void add(String template, Route route, RouteObserver observer) {
        Node node = root;
        List<String> parameters = new ArrayList<>();
        for (String segment : template.substring(1).split("/", -1)) {
            if (segment.startsWith("{")) {
                parameters.add(segment.substring(1, segment.length() - 1));
                node.parameter = node.parameter == null ? new Node(segment) : node.parameter;
                node = node.parameter;
            } else {
                Node literal = node.literal(segment, 0, segment.length());
                if (literal == null) {
                    literal = new Node(segment);
                    node.literals.add(literal);
                }
                node = literal;
            }
        }
        Endpoint endpoint = new Endpoint(route, observer, List.copyOf(parameters), this);
        for (HttpMethod method : route.methods()) {
            if (node.endpoints.put(method, endpoint) != null) {
                throw new IllegalArgumentException("two routes take " + method + " " + template);
            }
        }
        if (route.answersHead()) {
            node.endpoints.putIfAbsent(HttpMethod.HEAD, endpoint);
        }
        List<String> names = new ArrayList<>();
        node.endpoints.keySet().forEach(it -> names.add(it.name()));
        names.sort(null);
        node.allow = String.join(", ", names) + ", OPTIONS";
    }

    Callers callers() {
        return callers;
    }

    /** Ends answers of callers that are not let in any more. */
    public Denials denials() {
        return denials;
    }

    /** Hosts whose requests go elsewhere. */
    public OtherHosts otherHosts() {
        return otherHosts;
    }

    /** Where the requests of other hosts go. */
    Endpoint ofOtherHosts() {
        return Objects.requireNonNull(ofOtherHosts);
    }

    RouteMatch find(HttpMethod method, String path) {
        if (path.equals("*")) {
            return new Options(ALL_METHODS);
        }
        List<String> values = new ArrayList<>(USUAL_PARAMETERS);
        Node node = descend(root, path, 1, values);
        if (node == null) {
            return new Refused(NOTHING_HERE);
        }
        Endpoint endpoint = node.endpoints.get(method);
        if (endpoint != null) {
            return new Found(endpoint, values);
        }
        if (method.equals(HttpMethod.OPTIONS)) {
            return new Options(node.allow);
        }
        return new Refused(
                Problem.of(METHOD_NOT_ALLOWED, "This path takes " + node.allow + " only.")
                        .header(HttpHeaderNames.ALLOW, node.allow));
    }

    /**
     * The node of the whole path, or null.
     *
     * @param from where the segment after {@code node} starts; past the end if there is none
     */
    private static @Nullable Node descend(Node node, String path, int from, List<String> values) {
        if (from > path.length()) {
            return node.endpoints.isEmpty() ? null : node;
        }
        int slash = path.indexOf('/', from);
        int to = slash < 0 ? path.length() : slash;
        Node literal = node.literal(path, from, to);
        Node found = literal == null ? null : descend(literal, path, to + 1, values);
        if (found != null || node.parameter == null || from == to) {
            return found;
        }
        values.add(path.substring(from, to));
        found = descend(node.parameter, path, to + 1, values);
        if (found == null) {
            values.removeLast();
        }
        return found;
    }
}
