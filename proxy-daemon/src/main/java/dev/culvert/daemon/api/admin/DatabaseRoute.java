package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code GET /api/v1/admin/database}: reads the whole database, and tells whether it is sound; with
 * {@code quick=true} only whether it answers.
 */
public final class DatabaseRoute implements Route {
    private static final Problem NONE =
            Problem.of(
                    NOT_IMPLEMENTED,
                    "This daemon has no database, because it has no state_dir: set state_dir and"
                            + " restart it.");

    private final Optional<DatabaseCare> database;
    private final OffLoop offLoop;

    public DatabaseRoute(Optional<DatabaseCare> database, OffLoop offLoop) {
        this.database = database;
        this.offLoop = offLoop;
    }

    static DatabaseCare required(Optional<DatabaseCare> database) {
        return database.orElseThrow(() -> new ProblemException(NONE));
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/admin/database");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        DatabaseCare care = required(database);
        boolean isQuick = isQuick(request);
        offLoop.run(
                request,
                answer,
                () -> {
                    List<String> problems = isQuick ? care.look() : care.check();
                    long bytes = Files.size(care.file());
                    ByteBuf body = Json.object(json -> write(json, care, bytes, problems));
                    return () -> answer.json(OK, body);
                });
    }

    private static boolean isQuick(Request request) {
        String quick = request.query("quick");
        return switch (quick == null ? "false" : quick) {
            case "true" -> true;
            case "false" -> false;
            default ->
                    throw ProblemException.badRequest(
                            "The query parameter 'quick' is '%s': it takes true or false."
                                    .formatted(Quoted.word(String.valueOf(quick))));
        };
    }

    private static void write(
            JsonGenerator json, DatabaseCare care, long bytes, List<String> problems)
            throws IOException {
        json.writeStringField("status", problems.isEmpty() ? "ok" : "damaged");
        json.writeStringField("file", care.file().toString());
        json.writeNumberField("bytes", bytes);
        json.writeArrayFieldStart("problems");
        for (String problem : problems) {
            json.writeString(problem);
        }
        json.writeEndArray();
    }
}
