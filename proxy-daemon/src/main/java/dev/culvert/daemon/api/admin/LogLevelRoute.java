package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.about.Units;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.LogLevels;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * {@code GET /api/v1/admin/log-level} shows the levels of the log, {@code PUT} changes the one of
 * an area, for good or for a while.
 */
public final class LogLevelRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(LogLevelRoute.class);
    private static final Problem NO_LEVELS =
            Problem.of(
                    NOT_IMPLEMENTED,
                    "This daemon cannot change levels while it runs, because it logs by another"
                            + " library than slf4j-simple: set log_level and restart it.");

    private final Optional<LogLevels> levels;

    /** The last change of each area, by which an end that comes too late is known. */
    private final Map<String, Object> last = new ConcurrentHashMap<>();

    public LogLevelRoute(Optional<LogLevels> levels) {
        this.levels = levels;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.PUT);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/admin/log-level");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        LogLevels all = levels.orElseThrow(() -> new ProblemException(NO_LEVELS));
        if (request.method().equals(HttpMethod.PUT)) {
            change(all, LogLevelBody.of(request, all.areas()), request);
        }
        answer.json(OK, Json.object(json -> write(json, all)));
    }

    private void change(LogLevels all, LogLevelBody wanted, Request request) {
        Object change = new Object();
        last.put(wanted.area(), change);
        all.set(wanted.area(), wanted.level());
        Duration time = wanted.time();
        LOG.info(
                "the log level of {} is {} now{}",
                wanted.area(),
                word(wanted.level()),
                time.isZero() ? "" : ", for " + Units.text(time));
        if (!time.isZero()) {
            request.eventLoop()
                    .schedule(
                            () -> end(all, wanted.area(), change),
                            time.toMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }

    private void end(LogLevels all, String area, Object change) {
        if (last.remove(area, change)) {
            all.reset(area);
            LOG.info("the log level of {} is as before", area);
        }
    }

    private static void write(JsonGenerator json, LogLevels all) throws IOException {
        json.writeStringField("level", word(all.general()));
        json.writeObjectFieldStart("changed");
        for (Map.Entry<String, Level> area : all.changed().entrySet()) {
            json.writeStringField(area.getKey(), word(area.getValue()));
        }
        json.writeEndObject();
        json.writeArrayFieldStart("areas");
        for (String area : all.areas()) {
            json.writeString(area);
        }
        json.writeEndArray();
    }

    private static String word(Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }
}
