package dev.culvert.daemon.front.mcp;

import static io.netty.handler.codec.http.HttpResponseStatus.ACCEPTED;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.front.mcp.McpObserver.Outcome;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.BodyStream;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.sse.EventType;
import dev.culvert.daemon.sse.SseStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one message: a JSON-RPC response as the body, or as the last event of a stream.
 * Confined to its event loop.
 *
 * <p>A failure of the daemon or of an agent is an error, and a stream that has begun is then broken
 * off; what the caller of a tool can mend is a result that says so, for the model to read.
 */
final class RpcAnswer extends PassedAnswer implements SseStream.Keepalive {
    private static final EventType MESSAGE = EventType.of("message");
    private static final int SERVER_ERRORS = 500;

    /** Of progress that a client has not read yet: what comes meanwhile is left out. */
    private static final long MOST_UNREAD_BYTES = 64 * 1024;

    private String id = "null";
    private boolean modern;
    private @Nullable Consumer<Outcome> call;
    private @Nullable String turn;
    private @Nullable SseStream stream;
    private boolean answered;
    private boolean gone;
    private Runnable onGone = () -> {};
    private Runnable onOver = () -> {};

    RpcAnswer(Answer client) {
        super(client);
    }

    /** The answer has this id from now on. */
    void isTo(@Nullable String message) {
        id = message == null ? "null" : message;
    }

    /** Of the message, as it is written. */
    String id() {
        return id;
    }

    /** The client speaks a revision without {@code initialize}. */
    void isModern() {
        modern = true;
    }

    /** The answer is the result of a tool; {@code observer} is told once how its call ended. */
    void isOfTool(Consumer<Outcome> observer) {
        call = observer;
    }

    /** The answer is that of this turn. */
    void isOfTurn(String begun) {
        turn = begun;
    }

    /** Calls {@code action} once the answer has ended, however. */
    void whenOver(Runnable action) {
        onOver = action;
    }

    /** Answers with a stream from now on: keepalives and progress, then the response. */
    void stream(Duration silence) {
        stream = SseStream.open(inner(), silence, this, this::gone);
    }

    /** Sends a notification if the client has a stream and keeps up with it. Takes it. */
    void progress(ByteBuf notification) {
        SseStream open = stream;
        if (open != null && isOpen() && !open.holdsMoreThan(MOST_UNREAD_BYTES)) {
            open.event(MESSAGE, notification);
        }
        notification.release();
    }

    /**
     * Puts a question about a turn to the client's user: in the result, or in the stream, which
     * goes on.
     *
     * @param state comes back with the result
     */
    void asksUser(ApprovalQuestion question, String state) {
        SseStream open = stream;
        if (modern) {
            asksMeanwhile(question::write, state);
        } else if (open != null && isOpen()) {
            ByteBuf request = question.request();
            open.event(MESSAGE, request);
            request.release();
        }
    }

    /** Answers a notification, or an answer of the client's. */
    void accepted() {
        answered = true;
        inner().whole(ACCEPTED, HttpHeaderValues.APPLICATION_JSON, Unpooled.EMPTY_BUFFER);
    }

    /** Answers with a result that has these members. */
    void result(Json.Body members) {
        result(members, Outcome.DONE);
    }

    /** The same for the result of a tool whose call ended so. */
    void result(Json.Body members, Outcome outcome) {
        send(OK, complete(members), outcome);
    }

    /** The response whose result has these members; it belongs to the caller. */
    ByteBuf complete(Json.Body members) {
        return response(json -> {
            json.writeObjectFieldStart("result");
            if (modern) {
                json.writeStringField("resultType", "complete");
            }
            members.write(json);
            json.writeEndObject();
        });
    }

    /**
     * Answers with a result that asks for input, in a revision that has such results.
     *
     * @param state comes back with the input; null if nothing needs to
     */
    void asks(Json.Body inputRequests, @Nullable String state) {
        ByteBuf response =
                response(json -> {
                    json.writeObjectFieldStart("result");
                    json.writeStringField("resultType", "input_required");
                    json.writeObjectFieldStart("inputRequests");
                    inputRequests.write(json);
                    json.writeEndObject();
                    if (state != null) {
                        json.writeStringField("requestState", state);
                    }
                    RpcWriter.meta(json, this::writeTurn);
                    json.writeEndObject();
                });
        send(OK, response, Outcome.ASKED);
    }

    /** The same while something else is done for the answer, which is told that nobody waits. */
    void asksMeanwhile(Json.Body inputRequests, String state) {
        if (isOpen()) {
            asks(inputRequests, state);
            onGone.run();
        }
    }

    /** Answers with a tool's result that says why the tool did nothing. */
    void toolFailed(String sentence) {
        Json.Body failed =
                json -> {
                    json.writeArrayFieldStart("content");
                    RpcWriter.text(json, sentence);
                    json.writeEndArray();
                    json.writeBooleanField("isError", true);
                    RpcWriter.meta(json, this::writeTurn);
                };
        result(failed, Outcome.REFUSED);
    }

    private void writeTurn(JsonGenerator meta) throws IOException {
        if (turn != null) {
            meta.writeStringField(RpcWriter.TURN, turn);
        }
    }

    /** Answers with an error. */
    void error(RpcException mistake) {
        error(mistake, Outcome.REFUSED);
    }

    private void error(RpcException mistake, Outcome outcome) {
        HttpResponseStatus status =
                modern || mistake.code() != RpcException.METHOD_NOT_FOUND ? mistake.status() : OK;
        send(status, response(json -> RpcWriter.error(json, mistake)), outcome);
    }

    private ByteBuf response(Json.Body member) {
        return Json.object(json -> {
            json.writeStringField("jsonrpc", "2.0");
            json.writeFieldName("id");
            json.writeRawValue(id);
            member.write(json);
        });
    }

    @Override
    public void problem(Problem problem) {
        if (!isOpen()) {
            return;
        }
        if (call != null && problem.status().code() < SERVER_ERRORS) {
            toolFailed(problem.error());
            return;
        }
        inner().failed(problem);
        if (stream == null) {
            problem.headers().forEach(inner()::header);
        }
        ByteBuf error =
                response(json -> RpcWriter.error(json, RpcException.INTERNAL_ERROR, problem, turn));
        send(OK, error, Outcome.FAILED);
    }

    @Override
    public void whole(HttpResponseStatus status, AsciiString contentType, ByteBuf body) {
        send(status, body, Outcome.DONE);
    }

    /** Takes {@code body}. A stream that ends with a failure is broken off. */
    private void send(HttpResponseStatus status, ByteBuf body, Outcome outcome) {
        if (!isOpen()) {
            body.release();
            return;
        }
        answered = true;
        SseStream open = stream;
        if (open == null) {
            inner().whole(status, HttpHeaderValues.APPLICATION_JSON, body);
        } else {
            open.event(MESSAGE, body);
            body.release();
            if (outcome == Outcome.FAILED) {
                open.abort();
            } else {
                open.end();
            }
        }
        over(outcome);
    }

    private void over(Outcome outcome) {
        Consumer<Outcome> observer = call;
        call = null;
        if (observer != null) {
            observer.accept(outcome);
        }
        onOver.run();
    }

    /** The client has cancelled its request by another one: nobody waits for an answer. */
    void cancel() {
        if (!isOpen()) {
            return;
        }
        SseStream open = stream;
        if (open == null) {
            error(
                    RpcException.of(RpcException.REFUSED, "The request was cancelled."),
                    Outcome.LEFT);
            onGone.run();
        } else {
            open.end();
            gone();
        }
    }

    private void gone() {
        if (!gone) {
            gone = true;
            onGone.run();
            over(Outcome.LEFT);
        }
    }

    @Override
    public void onGone(Runnable action) {
        onGone = action;
        if (gone) {
            action.run();
        } else if (stream == null) {
            inner().onGone(this::gone);
        }
    }

    @Override
    public boolean isOpen() {
        SseStream open = stream;
        return !answered && !gone && (open == null ? inner().isOpen() : open.isOpen());
    }

    @Override
    public boolean reconnects() {
        return false;
    }

    @Override
    public void keepAlive(SseStream to) {
        to.comment();
    }

    @Override
    public void empty(HttpResponseStatus status) {
        accepted();
    }

    @Override
    public BodyStream stream(AsciiString contentType) {
        throw new UnsupportedOperationException("a response is whole");
    }
}
