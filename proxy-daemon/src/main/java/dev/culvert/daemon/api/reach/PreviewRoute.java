package dev.culvert.daemon.api.reach;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.previews.Preview;
import dev.culvert.daemon.previews.Previews;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /previews/{preview}} shows one; {@code DELETE} makes its link invalid. */
public final class PreviewRoute implements Route {
    private final Previews previews;
    private final OffLoop offLoop;

    public PreviewRoute(Previews previews, OffLoop offLoop) {
        this.previews = previews;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.DELETE);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/previews/{preview}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH;
    }

    @Override
    public void handle(Request request, Answer answer) {
        VisiblePreviews visible = new VisiblePreviews(previews);
        Preview found = visible.find(request);
        if (request.method().equals(HttpMethod.DELETE)) {
            offLoop.run(
                    Previews.KEY,
                    true,
                    request,
                    answer,
                    () -> {
                        previews.revoke(found);
                        return answer::noContent;
                    });
        } else {
            answer.json(OK, Json.object(json -> visible.writeMembers(json, found)));
        }
    }
}
