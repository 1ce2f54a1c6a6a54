package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.audit.AuditChain.Verdict;
import dev.culvert.audit.AuditLog;
import dev.culvert.audit.Head;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/v1/admin/audit}: whether nobody has changed the daemon's audit log. */
public final class AuditRoute implements Route {
    private static final Pattern HEAD = Pattern.compile("([1-9][0-9]{0,17}):([0-9a-f]{64})");

    private final Supplier<Optional<Path>> file;
    private final OffLoop offLoop;

    /**
     * @param file of the log; empty if none is kept
     */
    public AuditRoute(Supplier<Optional<Path>> file, OffLoop offLoop) {
        this.file = file;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/admin/audit");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Head noted = head(request.query("head"));
        Optional<Path> log = file.get();
        offLoop.run(
                request,
                answer,
                () -> {
                    ByteBuf body = body(log, noted);
                    return () -> answer.json(OK, body);
                });
    }

    private static ByteBuf body(Optional<Path> log, @Nullable Head noted) throws IOException {
        if (log.isEmpty() || !Files.exists(log.get())) {
            return Json.object(json -> json.writeStringField("status", "none"));
        }
        Verdict verdict;
        try {
            verdict = AuditLog.verify(log.get(), noted);
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(
                            INTERNAL_SERVER_ERROR,
                            "The audit log cannot be read: %s.".formatted(FileTrouble.why(e))));
        }
        return Json.object(json -> write(json, verdict));
    }

    private static void write(JsonGenerator json, Verdict verdict) throws IOException {
        switch (verdict) {
            case Verdict.Sound(long _, Head last, long _) when last.number() == 0 ->
                    json.writeStringField("status", "none");
            case Verdict.Sound(long first, Head last, long _) -> {
                json.writeStringField("status", "ok");
                json.writeNumberField("first", first);
                json.writeNumberField("last", last.number());
                json.writeStringField("head", last.toString());
            }
            case Verdict.Broken(Path _, long line, String why) -> {
                json.writeStringField("status", "broken");
                json.writeNumberField("line", line);
                json.writeStringField("problem", Quoted.sentence(why));
            }
        }
    }

    private static @Nullable Head head(@Nullable String text) {
        if (text == null) {
            return null;
        }
        Matcher parts = HEAD.matcher(text);
        if (!parts.matches()) {
            throw new ProblemException(
                    Problem.of(
                            BAD_REQUEST,
                            "The query parameter 'head' is '%s': it takes NUMBER:HASH, as this answer has it."
                                    .formatted(Quoted.word(text))));
        }
        return new Head(Long.parseLong(parts.group(1)), parts.group(2));
    }
}
