package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/**
 * A route of the admin socket on the listeners of clients: for callers who have shown that they are
 * operators, and never for everybody, even of a daemon without credentials.
 */
public final class ElsewhereRoute implements Route {
    private static final Problem ADMIN_ONLY =
            Problem.of(
                            FORBIDDEN,
                            "Only operators may do this, on the admin socket (admin.listen, by"
                                    + " default /run/culvert/admin.sock): use the command culvert, or"
                                    + " curl --unix-socket.")
                    .member("code", "admin_only");

    private final Route there;

    /** Guards {@code there}. */
    public ElsewhereRoute(Route there) {
        this.there = there;
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
            answer.problem(ADMIN_ONLY);
        } else {
            there.handle(request, answer);
        }
    }
}
