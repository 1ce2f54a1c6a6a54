package dev.culvert.daemon.front.mcp;

import static io.netty.handler.codec.http.HttpMethod.POST;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.front.mcp.McpObserver.Outcome;
import dev.culvert.daemon.front.mcp.McpObserver.Tool;
import dev.culvert.daemon.http.HeaderLines;
import dev.culvert.daemon.http.InnerCall;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.operations.Effect;
import dev.culvert.daemon.operations.Operation;
import dev.culvert.daemon.operations.Operation.Trait;
import dev.culvert.daemon.operations.OperationCall;
import dev.culvert.daemon.operations.Operations;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The tools of a caller: {@code ask}, and each operation that it may do and whose answer has an
 * end. A tool that the caller may not use does not exist for it.
 */
final class Tools {
    /** What is longer ends in a link to a resource. */
    static final int MOST_SHOWN_BYTES = 8 * 1024;

    private static final int ERRORS = 400;
    private static final int SERVER_ERRORS = 500;
    private static final String CONFIRM = "confirm";

    private final AskTool ask;
    private final Supplier<DaemonSettings> settings;
    private final McpObserver observer;

    Tools(AskTool ask, Supplier<DaemonSettings> settings, McpObserver observer) {
        this.ask = ask;
        this.settings = settings;
        this.observer = observer;
    }

    /** Those of the caller, in a fixed order. */
    private static List<Operation> of(Caller caller) {
        return Operations.of(caller).stream().filter(Tools::isTool).toList();
    }

    /** {@code ask} is the tool for messages. */
    private static boolean isTool(Operation operation) {
        return operation.isCallable() && !operation.is(Trait.IS_OF_A_TURN);
    }

    /** Many clients take letters, digits, hyphens and underscores only. */
    static String name(Operation operation) {
        return operation.name().replace('.', '_');
    }

    /** What a result says that is cut off. */
    static String cutOff(int shown, int bytes) {
        return "These are the first %d of %d bytes: read the resource for all of them."
                .formatted(shown, bytes);
    }

    void list(Request request, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("tools");
        if (AskTool.isFor(request.caller())) {
            AskTool.describe(json);
        }
        for (Operation operation : of(request.caller())) {
            describe(operation, json);
        }
        json.writeEndArray();
    }

    private static void describe(Operation operation, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", name(operation));
        json.writeStringField("title", operation.summary());
        json.writeStringField("description", operation.summary() + ".");
        json.writeObjectFieldStart("inputSchema");
        operation.writeSchema(json);
        json.writeEndObject();
        boolean reads = operation.effect() == Effect.READ;
        json.writeObjectFieldStart("annotations");
        json.writeBooleanField("readOnlyHint", reads);
        json.writeBooleanField("destructiveHint", operation.effect() == Effect.DESTROY);
        json.writeBooleanField("idempotentHint", reads || !operation.method().equals(POST));
        json.writeBooleanField("openWorldHint", false);
        json.writeEndObject();
        json.writeEndObject();
    }

    void call(Request request, Conversation client, Params params, RpcAnswer answer) {
        String name = params.needed("name");
        if (name.equals(AskTool.NAME) && AskTool.isFor(request.caller())) {
            isOf(Tool.ASK, answer);
            ask.call(request, client, params, answer);
            return;
        }
        ByteBuf arguments = params.object("arguments").json();
        if (!arguments.isReadable()) {
            arguments = Unpooled.copiedBuffer("{}", US_ASCII);
        }
        Operation operation =
                of(request.caller()).stream()
                        .filter(it -> name(it).equals(name))
                        .findAny()
                        .orElse(null);
        if (operation == null) {
            isOf(Tool.UNKNOWN, answer);
            throw unknown(name);
        }
        isOf(tool(operation), answer);
        OperationCall call;
        try {
            call = OperationCall.of(operation, arguments);
        } catch (IllegalArgumentException e) {
            answer.toolFailed(String.valueOf(e.getMessage()));
            return;
        }
        if (operation.effect() == Effect.DESTROY
                && client.elicits()
                && !isConfirmed(operation, call, params, answer)) {
            call.body().release();
            return;
        }
        String uri =
                operation.effect() == Effect.READ ? ResourceUri.read(operation, arguments) : null;
        if (FlowApproval.isFor(operation, client, request.caller())) {
            call.body().release();
            OperationCall shown =
                    new OperationCall(call.method(), call.uri(), Unpooled.EMPTY_BUFFER);
            Runnable show = () -> run(request, operation, shown, uri, answer);
            new FlowApproval(request, params, answer, show).begin();
        } else {
            run(request, operation, call, uri, answer);
        }
    }

    private void isOf(Tool tool, RpcAnswer answer) {
        answer.isOfTool(outcome -> observer.onCalled(tool, outcome));
    }

    private static Tool tool(Operation operation) {
        return switch (operation.effect()) {
            case READ -> Tool.READ;
            case CHANGE -> Tool.CHANGE;
            case DESTROY -> Tool.DESTROY;
        };
    }

    private static RpcException unknown(String name) {
        return RpcException.invalidParams(
                "There is no tool '%s' that you may call: tools/list has those there are."
                        .formatted(Quoted.word(name)));
    }

    /** Asks the client's user before anything is destroyed, if the client can do that. */
    private static boolean isConfirmed(
            Operation operation, OperationCall call, Params params, RpcAnswer answer) {
        Params reply = params.object("inputResponses").objectOrNull(CONFIRM);
        if (reply == null) {
            answer.asks(json -> writeQuestion(operation, call, json), null);
            return false;
        }
        if (!"accept".equals(reply.text("action")) || !reply.object("content").isTrue(CONFIRM)) {
            answer.toolFailed("The user did not confirm it, so nothing was done.");
            return false;
        }
        return true;
    }

    private static void writeQuestion(Operation operation, OperationCall call, JsonGenerator json)
            throws IOException {
        json.writeObjectFieldStart(CONFIRM);
        json.writeStringField("method", "elicitation/create");
        json.writeObjectFieldStart("params");
        json.writeStringField("mode", "form");
        json.writeStringField(
                "message",
                "%s? (%s %s)"
                        .formatted(
                                operation.summary(), call.method(), Quoted.cut(call.uri(), 200)));
        json.writeObjectFieldStart("requestedSchema");
        json.writeStringField("type", "object");
        json.writeObjectFieldStart("properties");
        json.writeObjectFieldStart(CONFIRM);
        json.writeStringField("type", "boolean");
        json.writeStringField("title", "Do it");
        json.writeStringField("description", "It cannot be undone.");
        json.writeEndObject();
        json.writeEndObject();
        json.writeArrayFieldStart("required");
        json.writeString(CONFIRM);
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
    }

    private void run(
            Request request,
            Operation operation,
            OperationCall call,
            @Nullable String uri,
            RpcAnswer answer) {
        InnerCall running =
                InnerCall.begin(
                        request,
                        answer.inner(),
                        call.method(),
                        call.uri(),
                        call.body(),
                        new InnerCall.Expected(
                                settings.get().turns().maxAnswerBytes(),
                                (status, headers, _, body) ->
                                        tell(operation, uri, status, headers, body, answer)));
        answer.onGone(running::cancel);
    }

    private static Outcome outcome(int status) {
        return status < ERRORS
                ? Outcome.DONE
                : status < SERVER_ERRORS ? Outcome.REFUSED : Outcome.FAILED;
    }

    private static void tell(
            Operation operation,
            @Nullable String uri,
            HttpResponseStatus status,
            HeaderLines headers,
            ByteBuf body,
            RpcAnswer answer) {
        if (!answer.isOpen()) {
            return;
        }
        int bytes = body.readableBytes();
        boolean isCut = uri != null && status.code() < ERRORS && bytes > MOST_SHOWN_BYTES;
        int shown = isCut ? ShownText.plainBytes(body, MOST_SHOWN_BYTES) : bytes;
        String text =
                status.code() >= ERRORS
                        ? Inner.error(status, body)
                        : bytes == 0 ? "Done." : body.toString(body.readerIndex(), shown, UTF_8);
        String run = Inner.run(headers);
        Json.Body result =
                json -> {
                    json.writeArrayFieldStart("content");
                    RpcWriter.text(json, text);
                    if (isCut && uri != null) {
                        RpcWriter.text(json, cutOff(shown, bytes));
                        RpcWriter.link(json, uri, operation.summary(), Inner.JSON, bytes);
                    }
                    json.writeEndArray();
                    json.writeBooleanField("isError", status.code() >= ERRORS);
                    RpcWriter.meta(
                            json,
                            meta -> {
                                if (run != null) {
                                    meta.writeStringField("dev.culvert/op", run);
                                }
                                if (status.code() >= ERRORS) {
                                    meta.writeNumberField("dev.culvert/status", status.code());
                                }
                            });
                };
        answer.result(result, outcome(status.code()));
    }
}
