package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.GONE;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code POST /admin/reload}: was here until 0.1, and says where it is now. */
public final class MovedRoute implements Route {
    private static final Problem MOVED =
            Problem.of(
                    GONE,
                    "Reloading has moved to POST /api/v1/admin/reload on the admin socket"
                            + " (admin.listen, by default /run/culvert/admin.sock): run culvert reload,"
                            + " or systemctl reload culvertd.");

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/admin/reload");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.NOTHING;
    }

    @Override
    public void handle(Request request, Answer answer) {
        answer.problem(MOVED);
    }
}
