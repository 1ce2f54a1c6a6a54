package dev.culvert.daemon.http;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.auth.Denial;
import dev.culvert.json.JsonChecker;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request that was read whole and may be handled. Confined to its event loop. */
public final class Request implements Denials.Deniable {
    private final RoutedRequest routed;
    private final ByteBuf body;
    private final EventLoop loop;
    private @Nullable Consumer<Problem> onDenied;
    private @Nullable Extras extras;
    private boolean turnBegun;

    /** What few requests have: made for these only, so that the others are smaller. */
    private static final class Extras {
        @Nullable TraceContext trace;
        @Nullable JsonChecker checker;
        @Nullable RequestListener listener;
    }

    /** Borrows {@code body} while the route's {@code handle} runs. */
    public Request(RoutedRequest routed, ByteBuf body, EventLoop loop) {
        this.routed = routed;
        this.body = body;
        this.loop = loop;
    }

    /** Lets {@code next} follow how the request goes; there is one at most. */
    public void follow(RequestListener next) {
        extras().listener = next;
    }

    private Extras extras() {
        Extras known = extras;
        if (known == null) {
            known = new Extras();
            extras = known;
        }
        return known;
    }

    /** It begins a turn. */
    void beginTurn() {
        turnBegun = true;
    }

    boolean hasBegunTurn() {
        return turnBegun;
    }

    @Nullable RequestListener listener() {
        return extras == null ? null : extras.listener;
    }

    /** Runs {@code work} that is done for the request, wherever it is done. */
    public void work(Runnable work) {
        RequestListener following = listener();
        if (following == null) {
            work.run();
        } else {
            following.work(work);
        }
    }

    RoutedRequest routed() {
        return routed;
    }

    public Head head() {
        return routed.head();
    }

    public HttpMethod method() {
        return routed.head().method();
    }

    /** As it was sent, undecoded. */
    public String path() {
        return routed.head().target().path();
    }

    /** The path as its route names it, without the values of its parameters. */
    public String template() {
        return routed.endpoint().route().templates().getFirst();
    }

    /** The decoded value of a parameter that the route's template names. */
    public String parameter(String name) {
        String value = find(name);
        if (value == null) {
            throw new IllegalArgumentException("the template names no parameter '" + name + "'");
        }
        return value;
    }

    /** The decoded value of a parameter; null if the route's template does not name it. */
    @Nullable String find(String name) {
        int index = routed.endpoint().parameters().indexOf(name);
        return index < 0 ? null : routed.values().get(index);
    }

    /** The decoded value of a query parameter; empty if it has only a name. */
    public @Nullable String query(String name) {
        return routed.head().target().query().get(name);
    }

    /** The first header of that name. */
    public @Nullable String header(Header name) {
        return routed.head().first(name);
    }

    /** Lent while the route's {@code handle} runs: retain it to keep it. */
    public ByteBuf body() {
        return body;
    }

    /** What was found out about a large body while it arrived; null for any other. */
    @Nullable JsonChecker checker() {
        return extras == null ? null : extras.checker;
    }

    void checkedBy(@Nullable JsonChecker bodyChecker) {
        if (bodyChecker != null) {
            extras().checker = bodyChecker;
        }
    }

    /** Visible ASCII: the client's own id, or one made here. */
    public String id() {
        return routed.head().id();
    }

    /** As logs and traces name it, such as {@code HTTP/1.1}. */
    public String protocol() {
        return routed.head().protocol();
    }

    /**
     * W3C's {@code traceparent} for the agent: the one that was sent, if it is valid, or the place
     * of this request in its trace.
     */
    public @Nullable String traceParent() {
        TraceContext trace = trace();
        return trace == null ? sentTraceParent() : trace.traceParent();
    }

    @Nullable String sentTraceParent() {
        return TraceParent.of(routed.head().only(Header.TRACEPARENT));
    }

    void tracedAs(@Nullable TraceContext place) {
        if (place != null) {
            extras().trace = place;
        }
    }

    @Nullable TraceContext trace() {
        return extras == null ? null : extras.trace;
    }

    /** Who asks; without credentials, everybody is the same caller. */
    public Caller caller() {
        return routed.caller();
    }

    /**
     * Sets what ends the answer early if the caller's rights end while it runs: for answers that
     * may take long. The action gets what the client is to be told, and runs at most once.
     */
    public void onDenied(Consumer<Problem> action) {
        if (caller().canEnd()) {
            onDenied = action;
            routed.endpoint().router().denials().add(this);
        }
    }

    /**
     * The same for work that outlives the answer; it replaces what was set by {@link #onDenied}.
     * The returned action, which runs on the event loop, says that the work is over.
     */
    public Runnable onDeniedLater(Consumer<Problem> action) {
        if (!caller().canEnd()) {
            return () -> {};
        }
        ended();
        return routed.endpoint().router().denials().watch(caller(), loop, action);
    }

    /** The answer has ended, or no longer ends what was done for it. */
    void ended() {
        if (onDenied != null) {
            onDenied = null;
            routed.endpoint().router().denials().remove(this);
        }
    }

    /** Ends the answer if the caller is not let in any more. */
    @Override
    public void check(Callers callers) {
        Consumer<Problem> action = onDenied;
        if (action != null) {
            Denial why = callers.denial(caller());
            if (why != null) {
                ended();
                action.accept(Access.ended(why));
            }
        }
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }
}
