package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/v1/admin/log}: the latest lines of the daemon's log. */
public final class LogRoute implements Route {
    private final Supplier<String> log;

    /**
     * @param log its latest lines, the newest last
     */
    public LogRoute(Supplier<String> log) {
        this.log = log;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/admin/log");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Predicate<String> about = about(request.query("agent"));
        List<String> lines = log.get().lines().filter(about).toList();
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeArrayFieldStart("lines");
                    for (String line : lines) {
                        json.writeString(line);
                    }
                    json.writeEndArray();
                }));
    }

    /** Lines that contain the name as a whole word: {@code web-1} is not in web-10. */
    static Predicate<String> about(@Nullable String agent) {
        return agent == null
                ? _ -> true
                : Pattern.compile("(?<![A-Za-z0-9_-])" + Pattern.quote(agent) + "(?![A-Za-z0-9_-])")
                        .asPredicate();
    }
}
