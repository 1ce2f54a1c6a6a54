package dev.culvert.daemon.api.reach;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.previews.Preview;
import dev.culvert.daemon.previews.Previews;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /previews} lists previews, without their links. */
public final class PreviewsRoute implements Route {
    private final Previews previews;

    public PreviewsRoute(Previews previews) {
        this.previews = previews;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/previews");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Page page = Page.of(request);
        VisiblePreviews visible = new VisiblePreviews(previews);
        List<Preview> all = visible.all(request).toList();
        answer.json(
                OK,
                Json.object(json ->
                        page.write(json, "previews", all.stream(), Preview::id, visible::write)));
    }
}
