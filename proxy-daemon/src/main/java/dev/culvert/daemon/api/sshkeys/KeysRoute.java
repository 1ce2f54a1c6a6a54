package dev.culvert.daemon.api.sshkeys;

import static io.netty.handler.codec.http.HttpResponseStatus.CREATED;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.sshkeys.SshKey;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /keys} lists the SSH keys; {@code POST} makes one. */
public final class KeysRoute implements Route {
    private final KeyWork work;

    public KeysRoute(KeyWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/keys");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH_HOSTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        if (request.method().equals(HttpMethod.POST)) {
            KeyBody wanted = KeyBody.of(request);
            work.run(
                    request,
                    answer,
                    keys ->
                            KeyWork.show(
                                    answer,
                                    CREATED,
                                    keys.generate(wanted.name(), wanted.type(), wanted.comment())));
            return;
        }
        Page page = Page.of(request);
        work.run(
                request,
                answer,
                keys -> {
                    List<SshKey> all = keys.all();
                    return () ->
                            answer.json(
                                    OK,
                                    Json.object(json ->
                                            page.write(
                                                    json,
                                                    "keys",
                                                    all.stream(),
                                                    SshKey::name,
                                                    KeyJson::write)));
                });
    }
}
