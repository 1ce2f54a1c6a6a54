package dev.culvert.daemon.http;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
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

    /**
     * Whose request it is.
     *
     * @param router finds the route
     * @param loop on which all of it runs
     * @param observer is told of it
     */
    record Origin(Router router, Caller caller, EventLoop loop, HttpObserver observer) {}

    private final InnerAnswer answer;

    private InnerCall(InnerAnswer answer) {
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
        Origin origin =
                new Origin(
                        outer.routed().endpoint().router(),
                        outer.caller(),
                        outer.eventLoop(),
                        Objects.requireNonNull(client.handling()).observer());
        return begin(origin, client, outer.routed().head().inner(method, uri), body, expected);
    }

    /** The same for whoever asks; takes {@code body}. */
    static InnerCall begin(
            Origin origin, Answer client, Head head, ByteBuf body, Expected expected) {
        InnerAnswer answer = new InnerAnswer(client, head, expected);
        try {
            route(origin, head, body, answer);
        } catch (ProblemException e) {
            answer.crashed(e.problem());
        } catch (RuntimeException e) {
            LOG.error("request {} failed: {}", head.id(), Quoted.word(head.uri()), e);
            answer.crashed(RouteCall.BUG);
        } finally {
            body.release();
        }
        return new InnerCall(answer);
    }

    /** One that no route gets. */
    static InnerCall refused(Head head, Answer client, Expected expected, Problem why) {
        InnerAnswer answer = new InnerAnswer(client, head, expected);
        answer.problem(why);
        return new InnerCall(answer);
    }

    /**
     * How large the answer may be, and who gets it.
     *
     * @param mostBytes of the pieces of its body, which are put together; where there are more, the
     *     listener gets a problem
     */
    public record Expected(int mostBytes, Listener listener) {}

    private static void route(Origin from, Head head, ByteBuf body, InnerAnswer answer) {
        Router router = from.router();
        String path = head.target().path();
        switch (router.find(head.method(), path)) {
            case RouteMatch.Options _ -> throw new IllegalStateException("nobody asks for OPTIONS");
            case RouteMatch.Refused(Problem problem) -> answer.problem(problem);
            case RouteMatch.Found(Endpoint endpoint, List<String> values) -> {
                Access.check(router.callers(), from.caller(), endpoint.route().need(head.method()));
                RoutedRequest routed =
                        new RoutedRequest(
                                head, endpoint, RouterHandler.decoded(path, values), from.caller());
                Request request = new Request(routed, body, from.loop());
                answer.handledAs(new Handling(request, from.observer()));
                endpoint.route().handle(request, answer);
            }
        }
    }

    /** Nobody waits for the answer any longer: what the route does for it ends. */
    public void cancel() {
        answer.gone();
    }
}
