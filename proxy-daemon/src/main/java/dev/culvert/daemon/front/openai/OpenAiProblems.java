package dev.culvert.daemon.front.openai;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.http.Handling;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.ProblemFormat;
import dev.culvert.daemon.http.Repetition;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Problems as OpenAI's errors: {@code {"error":{"message","type","param","code"}}}. */
public final class OpenAiProblems implements ProblemFormat {
    private static final AsciiString RETRY_AFTER_MS = AsciiString.cached("retry-after-ms");

    private static final String CODE = "code";
    private static final String PARAM = "param";
    private static final String MODEL_NOT_FOUND = "model_not_found";

    private static final int UNPROCESSABLE = 422;
    private static final int TOO_LARGE = 413;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERRORS = 500;

    /** One that ends the request with 400, because of this parameter of its body. */
    public static ProblemException invalid(String param, String sentence) {
        return new ProblemException(Problem.of(BAD_REQUEST, sentence).member(PARAM, param));
    }

    /** The same 404 for an agent that is not there, and for one that the caller does not see. */
    static ProblemException unknownModel(String name) {
        return new ProblemException(
                Problem.of(
                                NOT_FOUND,
                                "The model '%s' does not exist: GET /v1/models lists the agents that you can ask."
                                        .formatted(Quoted.word(name)))
                        .member(CODE, MODEL_NOT_FOUND)
                        .member(PARAM, "model"));
    }

    /** The body of an answer, or the data of an event. It belongs to the caller. */
    public static ByteBuf body(Problem problem) {
        ByteBuf body = Unpooled.buffer(256);
        write(problem, body);
        return body;
    }

    @Override
    public AsciiString contentType() {
        return HttpHeaderValues.APPLICATION_JSON;
    }

    @Override
    public void write(Problem problem, String requestId, ByteBuf out) {
        write(problem, out);
    }

    private static void write(Problem problem, ByteBuf out) {
        try (JsonGenerator json = JsonText.generator(out)) {
            json.writeStartObject();
            json.writeObjectFieldStart("error");
            json.writeStringField("message", problem.error());
            json.writeStringField("type", type(problem));
            json.writeStringField(PARAM, text(problem, PARAM));
            json.writeStringField(CODE, code(problem));
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    private static @Nullable String text(Problem problem, String member) {
        return problem.members().get(member) instanceof String text ? Quoted.page(text) : null;
    }

    private static String type(Problem problem) {
        int status = statusOf(problem).code();
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 ->
                    MODEL_NOT_FOUND.equals(text(problem, CODE))
                            ? "invalid_request_error"
                            : "not_found_error";
            case TOO_MANY -> "rate_limit_error";
            default -> status < SERVER_ERRORS ? "invalid_request_error" : "server_error";
        };
    }

    /** OpenAI's own word, where clients may know it. */
    private static @Nullable String code(Problem problem) {
        return switch (problem.status().code()) {
            case 401 -> "invalid_api_key";
            case TOO_MANY -> "rate_limit_exceeded";
            default -> text(problem, CODE);
        };
    }

    /** What the runtime refuses of a body that it got as it came is a mistake of the client. */
    private static HttpResponseStatus statusOf(Problem problem) {
        return switch (runtimeStatus(problem)) {
            case 400, UNPROCESSABLE -> BAD_REQUEST;
            case TOO_LARGE -> HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
            default -> problem.status();
        };
    }

    private static int runtimeStatus(Problem problem) {
        return problem.members().get("runtime_status") instanceof Integer status ? status : 0;
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
        String seconds = told.headers().get(HttpHeaderNames.RETRY_AFTER);
        if (seconds != null) {
            told = told.header(RETRY_AFTER_MS, seconds + "000");
        }
        return Repetition.discouraged(told, request);
    }
}
