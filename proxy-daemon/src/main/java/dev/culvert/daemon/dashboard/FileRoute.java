package dev.culvert.daemon.dashboard;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /dashboard/{file}}: what the page loads. */
final class FileRoute implements Route {
    private static final Problem NO_SUCH_FILE =
            Problem.of(NOT_FOUND, "The dashboard has no such file: open / in a browser.");

    private final DashboardFiles files;

    FileRoute(DashboardFiles files) {
        this.files = files;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/dashboard/{file}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.NOTHING;
    }

    @Override
    public void handle(Request request, Answer answer) {
        DashboardFile file = files.find(request.parameter("file"));
        if (file == null) {
            answer.problem(NO_SUCH_FILE);
        } else {
            file.send(request, answer);
        }
    }
}
