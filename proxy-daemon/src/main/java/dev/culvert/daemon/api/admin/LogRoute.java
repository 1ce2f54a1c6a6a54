package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.operations.LogRecord;
import dev.culvert.daemon.operations.RecentLog;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/v1/admin/log}: the latest records of the daemon's log. */
public final class LogRoute implements Route {
    /** The id in a line about a request. */
    private static final Pattern REQUEST =
            Pattern.compile("\\b(?:request|trace|run|op)=\"?([\\w.-]+)");

    /** What a line is about. */
    private static final Pattern RESOURCE =
            Pattern.compile("\\b(agent|turn|tunnel|server)=\"?([\\w./-]+)");

    /** Ties the lines of one life of the daemon that belong to no request. */
    private final String life =
            "daemon-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());

    private final RecentLog log;

    public LogRoute(RecentLog log) {
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
        Predicate<String> about = LogQuery.about(request.query("agent"));
        LogQuery query = LogQuery.of(request, Instant.now());
        List<String> lines = log.lines().stream().filter(about).toList();
        List<LogRecord> all = log.records();
        List<LogRecord> records = query.of(all);
        boolean isWhole = records.size() < query.limit();
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeArrayFieldStart("lines");
                    for (String line : lines) {
                        json.writeString(line);
                    }
                    json.writeEndArray();
                    json.writeArrayFieldStart("records");
                    for (LogRecord each : records) {
                        write(json, each);
                    }
                    json.writeEndArray();
                    json.writeNumberField("next", next(isWhole ? all : records));
                }));
    }

    private static long next(List<LogRecord> seen) {
        return seen.isEmpty() ? 0 : seen.getLast().number();
    }

    private void write(JsonGenerator json, LogRecord it) throws IOException {
        LogRecord.About about = it.about();
        String named = correlation(it.message());
        json.writeStartObject();
        json.writeNumberField("number", it.number());
        json.writeStringField("time", it.time().toString());
        json.writeStringField("level", it.level());
        json.writeStringField(
                "correlation",
                about != null ? about.correlation() : named.isEmpty() ? life : named);
        if (about != null) {
            json.writeStringField("op", about.run());
        }
        json.writeStringField("operation", about == null ? "daemon" : about.operation());
        json.writeStringField("phase", it.phase().label());
        json.writeStringField("area", it.area());
        json.writeStringField("message", Quoted.page(it.message()));
        context(json, it, about);
        LogRecord.Fault error = it.error();
        if (error != null) {
            json.writeObjectFieldStart("error");
            json.writeStringField("type", error.type());
            json.writeStringField("message", Quoted.page(error.message()));
            texts(json, "stack", error.stack());
            texts(json, "recovery", error.recovery());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void context(JsonGenerator json, LogRecord it, LogRecord.@Nullable About about)
            throws IOException {
        json.writeObjectFieldStart("context");
        if (about != null) {
            json.writeStringField("caller", Quoted.word(about.caller()));
            if (about.tenant() != null) {
                json.writeStringField("tenant", about.tenant());
            }
            String server = about.resources().get("server");
            if (server != null) {
                json.writeStringField("server", Quoted.word(server));
            }
        }
        json.writeObjectFieldStart("resources");
        if (about == null) {
            Matcher found = RESOURCE.matcher(it.message());
            while (found.find()) {
                json.writeStringField(found.group(1), Quoted.word(found.group(2)));
            }
        } else {
            for (Map.Entry<String, String> each : about.resources().entrySet()) {
                json.writeStringField(each.getKey(), Quoted.word(each.getValue()));
            }
        }
        json.writeEndObject();
        Duration took = it.took();
        if (took != null) {
            json.writeNumberField("milliseconds", took.toMillis());
        }
        json.writeEndObject();
    }

    private static void texts(JsonGenerator json, String name, List<String> texts)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (String each : texts) {
            json.writeString(Quoted.sentence(each));
        }
        json.writeEndArray();
    }

    /** The id of a request that a line names; empty if it names none. */
    static String correlation(String message) {
        Matcher found = REQUEST.matcher(message);
        return found.find() ? found.group(1) : "";
    }
}
