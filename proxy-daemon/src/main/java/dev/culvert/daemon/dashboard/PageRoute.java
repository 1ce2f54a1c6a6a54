package dev.culvert.daemon.dashboard;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** {@code GET /}: the page that loads the other files. It contains nothing of this daemon. */
final class PageRoute implements Route {
    private final DashboardFile page;

    PageRoute(DashboardFiles files) {
        page = Objects.requireNonNull(files.find(DashboardFiles.PAGE));
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.NOTHING;
    }

    @Override
    public void handle(Request request, Answer answer) {
        page.send(request, answer);
    }
}
