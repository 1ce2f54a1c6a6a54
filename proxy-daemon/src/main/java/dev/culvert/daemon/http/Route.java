package dev.culvert.daemon.http;

import dev.culvert.daemon.auth.Need;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** One endpoint: its methods, its paths and what it does. */
public interface Route {
    /** GET includes HEAD, see {@link #answersHead}; OPTIONS is answered for every path. */
    Set<HttpMethod> methods();

    /**
     * The paths, such as {@code /api/v1/agents/{id}/message}. The first one names the route in
     * metrics; all of them name the same parameters.
     */
    List<String> templates();

    /**
     * What a caller must be allowed to do for this method. Asked for each request of a daemon that
     * has credentials; HEAD needs what GET does.
     */
    Need need(HttpMethod method);

    /** False if GET has effects or never ends, so that HEAD must not call it. */
    default boolean answersHead() {
        return methods().contains(HttpMethod.GET);
    }

    /**
     * Whether the request goes on with what runs already. The request rate of its caller counts it,
     * but does not refuse it. Asked only for callers with limits.
     *
     * @param values of the template's parameters
     */
    default boolean goesOn(Head head, List<String> values) {
        return false;
    }

    /**
     * Whether it reads each value of a large body itself, which is then not checked while it
     * arrives.
     */
    default boolean readsLargeBodies() {
        return false;
    }

    /**
     * Called on the connection's event loop. Must not block; answers now or later, on that loop.
     * The request's body is lent for the call. A {@link ProblemException} is sent as the answer.
     */
    void handle(Request request, Answer responder);
}
