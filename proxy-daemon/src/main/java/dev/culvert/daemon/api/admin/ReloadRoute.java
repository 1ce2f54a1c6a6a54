package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static io.netty.handler.codec.http.HttpResponseStatus.UNPROCESSABLE_ENTITY;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code POST /api/v1/admin/reload}: reloads the settings, as SIGHUP does. */
public final class ReloadRoute implements Route {
    /** Reads the settings and puts them into force. Blocks. */
    public interface Reload {
        /** Returns what is wrong with them; then nothing has changed. Empty on success. */
        List<String> run();
    }

    private final Reload reload;
    private final OffLoop offLoop;

    public ReloadRoute(Reload reload, OffLoop offLoop) {
        this.reload = reload;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/admin/reload");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        offLoop.run(request, answer, () -> reload(answer));
    }

    private Runnable reload(Answer answer) {
        List<String> problems = reload.run();
        if (problems.isEmpty()) {
            return () ->
                    answer.json(
                            OK, Json.object(json -> json.writeStringField("status", "reloaded")));
        }
        Problem problem =
                Problem.of(
                        UNPROCESSABLE_ENTITY,
                        "The settings are not valid, and those before are still in force: "
                                + String.join("; ", problems)
                                + (problems.getLast().endsWith("?") ? "" : "."));
        return () -> answer.problem(problem);
    }
}
