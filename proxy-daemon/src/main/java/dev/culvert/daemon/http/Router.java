package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.METHOD_NOT_ALLOWED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import dev.culvert.daemon.http.RouteMatch.Found;
import dev.culvert.daemon.http.RouteMatch.Options;
import dev.culvert.daemon.http.RouteMatch.Refused;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the route of a path: a tree by segments, a literal before a parameter. A path matches as it
 * was sent, so an escaped letter or a trailing slash makes another path. Immutable once made.
 */
public final class Router {
    private static final Problem NOTHING_HERE =
            Problem.of(NOT_FOUND, "Nothing is served at this path: /openapi.yaml lists what is.");

    private static final String ALL_METHODS = "DELETE, GET, HEAD, POST, PUT, OPTIONS";

    private static final class Node {
        final Map<String, Node> literals = new HashMap<>();
        final Map<HttpMethod, Endpoint> endpoints = new LinkedHashMap<>();
        @Nullable Node parameter;
        String allow = "";
    }

    /** A request that found its endpoint: the next one like it need not look for it. */
    private record Known(HttpMethod method, String path, Found found) {}

    private static final int KNOWN = 4096;
    private static final int MAX_KNOWN_CHARS = 256;

    private final Node root = new Node();

    /** Of all event loops: an entry that is not seen yet, or was replaced, is only looked for. */
    private final @Nullable Known[] known = new @Nullable Known[KNOWN];

    public Router(List<Route> routes, HttpObserver observer) {
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
        for (String segment : segments(template)) {
            if (segment.startsWith("{")) {
                parameters.add(segment.substring(1, segment.length() - 1));
                node.parameter = node.parameter == null ? new Node() : node.parameter;
                node = node.parameter;
            } else {
                node = node.literals.computeIfAbsent(segment, _ -> new Node());
            }
        }
        Endpoint endpoint = new Endpoint(route, observer, List.copyOf(parameters));
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

    RouteMatch find(HttpMethod method, String path) {
        int place = (31 * path.hashCode() + method.hashCode()) & (KNOWN - 1);
        Known before = known[place];
        if (before != null && before.method.equals(method) && before.path.equals(path)) {
            return before.found;
        }
        RouteMatch match = lookFor(method, path);
        if (match instanceof Found found && path.length() <= MAX_KNOWN_CHARS) {
            known[place] = new Known(method, path, found);
        }
        return match;
    }

    private RouteMatch lookFor(HttpMethod method, String path) {
        if (path.equals("*")) {
            return new Options(ALL_METHODS);
        }
        Deque<String> values = new ArrayDeque<>();
        Node node = descend(root, segments(path), 0, values);
        if (node == null) {
            return new Refused(NOTHING_HERE);
        }
        Endpoint endpoint = node.endpoints.get(method);
        if (endpoint != null) {
            return new Found(endpoint, List.copyOf(values));
        }
        if (method.equals(HttpMethod.OPTIONS)) {
            return new Options(node.allow);
        }
        return new Refused(
                Problem.of(METHOD_NOT_ALLOWED, "This path takes " + node.allow + " only.")
                        .header(HttpHeaderNames.ALLOW, node.allow));
    }

    private static @Nullable Node descend(
            Node node, List<String> segments, int depth, Deque<String> values) {
        if (depth == segments.size()) {
            return node.endpoints.isEmpty() ? null : node;
        }
        String segment = segments.get(depth);
        Node literal = node.literals.get(segment);
        Node found = literal == null ? null : descend(literal, segments, depth + 1, values);
        if (found != null || node.parameter == null || segment.isEmpty()) {
            return found;
        }
        values.addLast(segment);
        found = descend(node.parameter, segments, depth + 1, values);
        if (found == null) {
            values.removeLast();
        }
        return found;
    }

    private static List<String> segments(String path) {
        List<String> segments = new ArrayList<>();
        int start = 1;
        for (int slash; (slash = path.indexOf('/', start)) >= 0; start = slash + 1) {
            segments.add(path.substring(start, slash));
        }
        segments.add(path.substring(start));
        return segments;
    }
}
