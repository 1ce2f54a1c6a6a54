package dev.culvert.daemon.api.sshkeys;

import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code GET /keys/{key}} shows an SSH key; {@code DELETE} removes it. */
public final class KeyRoute implements Route {
    private final KeyWork work;

    public KeyRoute(KeyWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.DELETE);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/keys/{key}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH_HOSTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String name = request.parameter("key");
        if (request.method().equals(HttpMethod.GET)) {
            work.run(request, answer, keys -> KeyWork.show(answer, OK, keys.find(name)));
            return;
        }
        Optional<String> user = work.users().apply(name);
        if (user.isPresent()) {
            throw KeyWork.problem(
                    CONFLICT,
                    "The key %s is in use by %s: remove that first, or give it another key."
                            .formatted(Quoted.word(name), user.get()));
        }
        work.run(
                request,
                answer,
                keys -> {
                    keys.remove(name);
                    return answer::noContent;
                });
    }
}
