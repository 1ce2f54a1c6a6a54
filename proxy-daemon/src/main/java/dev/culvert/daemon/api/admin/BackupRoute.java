package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.CREATED;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code POST /api/v1/admin/database/backups}: writes a copy of the database. */
public final class BackupRoute implements Route {
    private static final DateTimeFormatter NOW =
            DateTimeFormatter.ofPattern("'culvert-'yyyyMMdd'T'HHmmss'Z.db'")
                    .withZone(ZoneOffset.UTC);

    private final Optional<DatabaseCare> database;
    private final OffLoop offLoop;

    public BackupRoute(Optional<DatabaseCare> database, OffLoop offLoop) {
        this.database = database;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/admin/database/backups");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        DatabaseCare care = DatabaseRoute.required(database);
        String name = name(request);
        offLoop.run(request, answer, () -> backUp(care, name, answer));
    }

    private static Runnable backUp(DatabaseCare care, String name, Answer answer)
            throws IOException {
        try {
            Path copy = care.backUp(name);
            long bytes = Files.size(copy);
            ByteBuf body =
                    Json.object(json -> {
                        json.writeStringField("file", copy.toString());
                        json.writeNumberField("bytes", bytes);
                    });
            return () -> answer.json(CREATED, body);
        } catch (FileAlreadyExistsException e) {
            throw new ProblemException(
                    Problem.of(
                            CONFLICT,
                            "There is a backup %s already: choose another name, or delete that one."
                                    .formatted(e.getFile())));
        }
    }

    /** The name that the body asks for, or one of the time. */
    private static String name(Request request) {
        if (request.body().readableBytes() == 0) {
            return NOW.format(Instant.now());
        }
        String name = NOW.format(Instant.now());
        try (JsonParser json = JsonText.parser(JsonRequest.body(request))) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String member = json.currentName();
                if (!member.equals("name") || json.nextToken() != JsonToken.VALUE_STRING) {
                    throw ProblemException.badRequest(
                            "The body takes one member, 'name', a text; it has '%s'."
                                    .formatted(Quoted.word(member)));
                }
                name = json.getText();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
        if (!name.matches(AgentSettings.NAME_PATTERN) || name.startsWith(".")) {
            throw ProblemException.badRequest(
                    "The name '%s' is not valid: it takes %s, and does not begin with a dot."
                            .formatted(Quoted.word(name), AgentSettings.NAME_TAKES));
        }
        return name;
    }
}
