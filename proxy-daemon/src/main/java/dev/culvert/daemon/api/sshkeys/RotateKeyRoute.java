package dev.culvert.daemon.api.sshkeys;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code POST /keys/{key}/rotate}: puts another SSH key in the place of this one. */
public final class RotateKeyRoute implements Route {
    private final KeyWork work;

    public RotateKeyRoute(KeyWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/keys/{key}/rotate");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH_HOSTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String name = request.parameter("key");
        work.run(request, answer, keys -> KeyWork.show(answer, OK, keys.rotate(name)));
    }
}
