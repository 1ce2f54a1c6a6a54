package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.Scope;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.transport.AgentAddress;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A route of the admin socket on the listeners of clients: for callers who have shown that they are
 * operators, and never for everybody, even of a daemon without credentials.
 */
public final class ElsewhereRoute implements Route {
    private static final String CODE = "admin_only";

    private final Route there;
    private final Supplier<List<AgentAddress>> sockets;

    /**
     * Guards {@code there}.
     *
     * @param sockets where operators ask; the caller, on this host, is told
     */
    public ElsewhereRoute(Route there, Supplier<List<AgentAddress>> sockets) {
        this.there = there;
        this.sockets = sockets;
    }

    @Override
    public Set<HttpMethod> methods() {
        return there.methods();
    }

    @Override
    public List<String> templates() {
        return there.templates();
    }

    @Override
    public boolean answersHead() {
        return there.answersHead();
    }

    @Override
    public Need need(HttpMethod method) {
        return there.need(method);
    }

    @Override
    public void handle(Request request, Answer answer) {
        if (request.caller().kind() == Caller.Kind.ANYBODY) {
            answer.problem(refusal(sockets.get(), need(request.method()).scope()));
        } else {
            there.handle(request, answer);
        }
    }

    private static Problem refusal(List<AgentAddress> sockets, @Nullable Scope scope) {
        if (sockets.isEmpty()) {
            return Problem.of(
                            FORBIDDEN,
                            "Only operators may do this, and this daemon has no admin socket: set admin.listen, or use a token that has the scope %s (culvertd token create)."
                                    .formatted(scope))
                    .member("code", CODE);
        }
        String socket = sockets.getFirst().toString();
        return Problem.of(
                        FORBIDDEN,
                        "Only operators may do this, on the admin socket %s (admin.listen), for example with culvert --url %s; or with a token that has the scope %s."
                                .formatted(socket, socket, scope))
                .member("code", CODE)
                .member("admin_socket", socket);
    }
}
