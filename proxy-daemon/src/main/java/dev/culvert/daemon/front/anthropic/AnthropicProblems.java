package dev.culvert.daemon.front.anthropic;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;
import static io.netty.handler.codec.http.HttpResponseStatus.TOO_MANY_REQUESTS;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.http.Handling;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemFormat;
import dev.culvert.daemon.http.Repetition;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Problems as Anthropic's errors: {@code {"type":"error","error":{"type","message"},"request_id"}}.
 */
public final class AnthropicProblems implements ProblemFormat {
    /** Anthropic's clients look for the id of a request under this name. */
    static final AsciiString REQUEST_ID = AsciiString.cached("request-id");

    /** Anthropic's clients know it by this number instead of 503. */
    private static final HttpResponseStatus OVERLOADED = new HttpResponseStatus(529, "Overloaded");

    /** There is too much to do, and not for this caller alone. */
    private static final Set<String> TOO_MUCH = Set.of("overloaded", "over_memory");

    private static final int SERVER_ERRORS = 500;

    /** The data of an event. It belongs to the caller. */
    static ByteBuf body(Problem problem, String requestId) {
        ByteBuf body = Unpooled.buffer(256);
        write(statusOf(problem), problem.error(), requestId, body);
        return body;
    }

    @Override
    public AsciiString contentType() {
        return HttpHeaderValues.APPLICATION_JSON;
    }

    @Override
    public AsciiString requestIdHeader() {
        return REQUEST_ID;
    }

    @Override
    public void write(Problem problem, String requestId, ByteBuf out) {
        write(problem.status(), problem.error(), requestId, out);
    }

    private static void write(
            HttpResponseStatus status, String message, String requestId, ByteBuf out) {
        try (JsonGenerator json = JsonText.generator(out)) {
            json.writeStartObject();
            json.writeStringField("type", "error");
            json.writeObjectFieldStart("error");
            json.writeStringField("type", type(status.code()));
            json.writeStringField("message", message);
            json.writeEndObject();
            json.writeStringField("request_id", requestId);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    private static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 504 -> "timeout_error";
            case 529 -> "overloaded_error";
            default -> status < SERVER_ERRORS ? "invalid_request_error" : "api_error";
        };
    }

    @Override
    public Problem told(Problem problem, @Nullable Handling request) {
        Problem told =
                new Problem(
                        statusOf(problem),
                        problem.error(),
                        problem.members(),
                        problem.headers(),
                        problem.blame());
        return Repetition.discouraged(told, request);
    }

    /** What the runtime refuses of the body, or cannot do now, it says itself. */
    private static HttpResponseStatus statusOf(Problem problem) {
        int runtime = problem.members().get("runtime_status") instanceof Integer it ? it : 0;
        return switch (runtime) {
            case 400, 422 -> BAD_REQUEST;
            case 413 -> REQUEST_ENTITY_TOO_LARGE;
            case 429 -> TOO_MANY_REQUESTS;
            case 503, 529 -> OVERLOADED;
            default -> isTooMuch(problem) ? OVERLOADED : problem.status();
        };
    }

    private static boolean isTooMuch(Problem problem) {
        return problem.status().equals(SERVICE_UNAVAILABLE)
                || TOO_MUCH.contains(String.valueOf(problem.members().get("code")));
    }
}
