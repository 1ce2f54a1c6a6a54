package dev.culvert.daemon.api.operations;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.HeaderLines;
import dev.culvert.daemon.http.InnerCall;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.operations.Operation;
import dev.culvert.daemon.operations.OperationCall;
import dev.culvert.daemon.operations.Operations;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/v1/operations/{operation}}: runs an operation by its name, with its arguments as
 * one JSON object. The answer is that of the operation's own route.
 */
public final class OperationRoute implements Route {
    private final Supplier<DaemonSettings> settings;

    public OperationRoute(Supplier<DaemonSettings> settings) {
        this.settings = settings;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/operations/{operation}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.A_CALLER;
    }

    @Override
    public void handle(Request request, Answer answer) {
        OperationCall call = call(named(request.parameter("operation")), request);
        InnerCall running =
                InnerCall.begin(
                        request,
                        answer,
                        call.method(),
                        call.uri(),
                        call.body(),
                        new InnerCall.Expected(
                                settings.get().turns().maxAnswerBytes(),
                                (status, headers, type, body) ->
                                        pass(answer, status, headers, type, body)));
        answer.onGone(running::cancel);
    }

    private static Operation named(String name) {
        Operation operation = Operations.named(name);
        if (operation == null) {
            throw refusal(
                    NOT_FOUND,
                    "There is no operation '%s': GET /api/v1/operations lists those there are."
                            .formatted(Quoted.word(name)));
        }
        if (!operation.isCallable()) {
            throw refusal(
                    NOT_FOUND,
                    "The operation '%s' cannot be run by its name: send %s %s."
                            .formatted(name, operation.method(), operation.path()));
        }
        return operation;
    }

    private static OperationCall call(Operation operation, Request request) {
        ByteBuf arguments =
                request.body().isReadable()
                        ? JsonRequest.body(request)
                        : Unpooled.copiedBuffer("{}", StandardCharsets.US_ASCII);
        try {
            return OperationCall.of(operation, arguments);
        } catch (IllegalArgumentException e) {
            throw refusal(BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private static ProblemException refusal(HttpResponseStatus status, String sentence) {
        return new ProblemException(Problem.of(status, sentence));
    }

    private static void pass(
            Answer answer,
            HttpResponseStatus status,
            HeaderLines headers,
            @Nullable AsciiString contentType,
            ByteBuf body) {
        if (!answer.isOpen()) {
            return;
        }
        for (int i = 0; i < headers.count(); i++) {
            answer.header(headers.name(i), headers.value(i));
        }
        if (contentType == null) {
            answer.noContent();
        } else {
            answer.whole(status, contentType, body.retain());
        }
    }
}
