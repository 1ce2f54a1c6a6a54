package dev.culvert.daemon.http;

import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** One endpoint: what it takes and what it does. */
public interface Route {
    /** GET brings HEAD with it, see {@link #answersHead}; OPTIONS is answered for every path. */
    Set<HttpMethod> methods();

    /**
     * The paths, as {@code /api/v1/agents/{id}/message}. The first one names the route in metrics;
     * all of them name the same parameters.
     */
    List<String> templates();

    /** False where GET has effects, or never ends, so that HEAD must not be taken for it. */
    default boolean answersHead() {
        return methods().contains(HttpMethod.GET);
    }

    /**
     * Called on the connection's event loop, never blocks, and answers then or later, on that loop.
     * Lends the request's body for the call. A {@link ProblemException} is answered as it says.
     */
    void handle(Request request, Answer responder);
}
