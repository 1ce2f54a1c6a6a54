package dev.culvert.daemon.front.responses;

import static io.netty.buffer.ByteBufUtil.writeAscii;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.answer.CutProblem;
import dev.culvert.daemon.answer.EventFormat;
import dev.culvert.daemon.front.openai.OpenAiProblems;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.sse.EventShape;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.frame.Frame;
import dev.culvert.json.JsonMembers;
import dev.culvert.json.JsonText;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A turn as OpenAI's events of a response. Only {@code response.completed} and {@code
 * response.incomplete} say that the answer is whole. A turn that fails ends with {@code
 * response.failed} and {@code error}, and the connection is broken off.
 */
final class ResponseEvents implements EventFormat {
    private static final EventShape CREATED = EventLine.shape("response.created");
    private static final EventShape IN_PROGRESS = EventLine.shape("response.in_progress");
    private static final EventShape COMPLETED = EventLine.shape("response.completed");
    private static final EventShape INCOMPLETE = EventLine.shape("response.incomplete");
    private static final EventShape FAILED = EventLine.shape("response.failed");
    private static final EventShape ERROR = EventLine.shape("error");

    private final ResponseObject response;
    private final AnswerMemory memory;
    private final ByteBufAllocator buffers;
    private final @Nullable Keeping keeping;
    private @Nullable EventLine line;
    private @Nullable OutputReader reader;
    private long after = -1;

    /**
     * @param keeping null if the response is kept by another one, or not at all
     */
    ResponseEvents(
            ResponseObject response,
            AnswerMemory memory,
            ByteBufAllocator buffers,
            @Nullable Keeping keeping) {
        this.response = response;
        this.memory = memory;
        this.buffers = buffers;
        this.keeping = keeping;
    }

    /** Leaves out the events up to that number, which the client has. */
    ResponseEvents startingAfter(long number) {
        after = number;
        return this;
    }

    @Override
    public boolean isResumable() {
        return false;
    }

    @Override
    public void begin(SseStream to, long number) {
        EventLine begun = new EventLine(to, buffers, after);
        line = begun;
        reader = new OutputReader(new ItemEvents(begun), response, buffers);
        if (keeping != null) {
            keeping.begin(response);
            keeping.told();
        }
        response(begun, CREATED, Outcome.IN_PROGRESS, Unpooled.EMPTY_BUFFER);
        response(begun, IN_PROGRESS, Outcome.IN_PROGRESS, Unpooled.EMPTY_BUFFER);
    }

    private void response(EventLine to, EventShape shape, Outcome outcome, ByteBuf output) {
        ByteBuf data = to.begin(output.readableBytes() + response.echoBytes());
        writeAscii(data, ",\"response\":");
        response.write(data, outcome, output);
        to.end(shape, data);
    }

    @Override
    public void chunk(SseStream to, Frame chunk, long number) {
        OutputReader output = reader;
        if (output != null) {
            output.read(chunk);
            memory.holds(output);
        }
    }

    /** The same for the payload of a chunk, which is lent. */
    void read(ByteBuf payload, JsonMembers members, boolean isLast) {
        OutputReader output = reader;
        if (output != null) {
            output.read(payload, members, isLast);
            memory.holds(output);
        }
    }

    private void end(Outcome how, ByteBuf items) {
        if (keeping != null) {
            keeping.end(how, items);
        }
    }

    @Override
    public void done(SseStream to, long number) {
        if (memory.isTooMuch()) {
            abort(to, Problem.of(AnswerMemory.noneLeft().failure()));
            return;
        }
        OutputReader output = reader;
        EventLine events = line;
        if (output != null && events != null) {
            Outcome outcome = output.outcome();
            ByteBuf items = output.output();
            end(outcome, items);
            response(events, outcome.isIncomplete() ? INCOMPLETE : COMPLETED, outcome, items);
            items.release();
        }
        drop();
        to.end();
    }

    @Override
    public void failed(SseStream to, Failure failure, long number) {
        abort(to, Problem.of(failure));
    }

    @Override
    public void cutOff(SseStream to, String code, String message, long number) {
        abort(to, CutProblem.of(code, message));
    }

    private void abort(SseStream to, Problem why) {
        abort(to, why, Outcome.failed(why));
    }

    /** Tells that the answer has ended early, and breaks the connection off. */
    void abort(SseStream to, Problem why, Outcome outcome) {
        OutputReader output = reader;
        EventLine events = line;
        if (output != null && events != null) {
            ByteBuf items = output.output();
            end(outcome, items);
            response(events, FAILED, outcome, items);
            items.release();
            error(events, why);
        }
        drop();
        to.abort();
    }

    private void drop() {
        if (reader != null) {
            reader.drop();
        }
        memory.release();
    }

    /** As OpenAI's event, and with the error as its answers have it. */
    private static void error(EventLine to, Problem why) {
        ByteBuf data = to.begin();
        data.writeByte(',');
        ByteBuf own = Unpooled.buffer();
        try (JsonGenerator json = JsonText.generator(own)) {
            json.writeStartObject();
            json.writeStringField(
                    "code", why.members().get("code") instanceof String code ? code : null);
            json.writeStringField("message", why.error());
            json.writeNullField("param");
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        OutputItem.copy(withoutBraces(own), data);
        data.writeByte(',');
        ByteBuf error = OpenAiProblems.body(why);
        OutputItem.copy(withoutBraces(error), data);
        to.end(ERROR, data);
    }

    private static ByteBuf withoutBraces(ByteBuf object) {
        return object.slice(1, object.readableBytes() - 2);
    }

    @Override
    public void gone() {
        if (reader != null) {
            ByteBuf items = reader.output();
            end(Outcome.CANCELLED, items);
            items.release();
        }
        drop();
    }
}
