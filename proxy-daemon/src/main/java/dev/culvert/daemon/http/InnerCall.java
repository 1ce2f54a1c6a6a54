package dev.culvert.daemon.http;

import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that one route makes of another, without a connection: by the same caller, with the
 * same id, on the same event loop. It is checked, counted, recorded and logged like a client's. For
 * answers that have an end. Confined to its event loop.
 */
/* It takes nothing of the caller's request rate: the request that causes it has done so. */
public final class InnerCall {
    private static final Logger LOG = LoggerFactory.getLogger(InnerCall.class);

    /** Gets the answer, once; nothing after {@link #cancel}. */
    public interface Listener {
        /**
         * Lends {@code body}.
         *
         * @param headers that the route has added
         * @param contentType null if there is no body
         */
        void onAnswer(
                HttpResponseStatus status,
                HeaderLines headers,
                @Nullable AsciiString contentType,
                ByteBuf body);
    }

    private final Request outer;
    private final InnerAnswer answer;

    private InnerCall(Request outer, InnerAnswer answer) {
        this.outer = outer;
        this.answer = answer;
    }

    /**
     * Asks the route of {@code uri}, for the caller of {@code outer}.
     *
     * @param client the answer to {@code outer}: its client is charged
     * @param uri a path, perhaps with a query
     * @param body JSON; taken
     * @param expected of the answer
     */
    public static InnerCall begin(
            Request outer,
            Answer client,
            HttpMethod method,
            String uri,
            ByteBuf body,
            Expected expected) {
        Head head = outer.routed().head().inner(method, uri);
        InnerAnswer answer = new InnerAnswer(client, head, expected);
        InnerCall call = new InnerCall(outer, answer);
        try {
            call.route(head, body, Objects.requireNonNull(client.handling()).observer());
        } catch (ProblemException e) {
            answer.crashed(e.problem());
        } catch (RuntimeException e) {
            LOG.error("request {} failed: {}", head.id(), Quoted.word(uri), e);
            answer.crashed(RouteCall.BUG);
        } finally {
            body.release();
        }
        return call;
    }

    /**
     * How large the answer may be, and who gets it.
     *
     * @param mostBytes of the pieces of its body, which are put together; where there are more, the
     *     listener gets a problem
     */
    public record Expected(int mostBytes, Listener listener) {}

    private void route(Head head, ByteBuf body, HttpObserver observer) {
        Router router = outer.routed().endpoint().router();
        String path = head.target().path();
        switch (router.find(head.method(), path)) {
            case RouteMatch.Options _ -> throw new IllegalStateException("nobody asks for OPTIONS");
            case RouteMatch.Refused(Problem problem) -> answer.problem(problem);
            case RouteMatch.Found(Endpoint endpoint, List<String> values) -> {
                Access.check(
                        router.callers(), outer.caller(), endpoint.route().need(head.method()));
                RoutedRequest routed =
                        new RoutedRequest(
                                head,
                                endpoint,
                                RouterHandler.decoded(path, values),
                                outer.caller());
                Request request = new Request(routed, body, outer.eventLoop());
                answer.handledAs(new Handling(request, observer));
                endpoint.route().handle(request, answer);
            }
        }
    }

    /** Nobody waits for the answer any longer: what the route does for it ends. */
    public void cancel() {
        answer.gone();
    }
}
