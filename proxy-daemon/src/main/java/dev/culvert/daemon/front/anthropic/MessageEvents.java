package dev.culvert.daemon.front.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.answer.CutProblem;
import dev.culvert.daemon.answer.EventFormat;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.sse.EventShape;
import dev.culvert.daemon.sse.EventType;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * A turn as Anthropic's events: {@code message_start}, the blocks, {@code message_delta}, {@code
 * message_stop}. A turn that fails ends with {@code error}, and the connection is broken off:
 * clients take a clean end for success.
 */
final class MessageEvents implements EventFormat {
    private static final EventType MESSAGE_START = EventType.of("message_start");
    private static final EventShape MESSAGE_DELTA =
            EventShape.of(
                    EventType.of("message_delta"), "{\"type\":\"message_delta\",\"delta\":{", "}");
    private static final EventShape MESSAGE_STOP =
            EventShape.of(EventType.of("message_stop"), "{\"type\":\"message_stop\"}", "");
    private static final EventShape PING =
            EventShape.of(EventType.of("ping"), "{\"type\":\"ping\"}", "");
    private static final EventShape ERROR = EventShape.of(EventType.of("error"), "", "");
    private static final ByteBuf NOTHING = Unpooled.EMPTY_BUFFER;

    private final MessageHead head;
    private @Nullable BlockReader blocks;

    MessageEvents(MessageHead head) {
        this.head = head;
    }

    @Override
    public boolean isResumable() {
        return false;
    }

    @Override
    public void begin(SseStream to, long number) {
        String start =
                "{\"type\":\"message_start\",\"message\":"
                        + head.upTo("[]")
                        + ",\"diagnostics\":null,"
                        + Ending.stop(null)
                        + ",\"usage\":"
                        + new Ending().usage()
                        + "}}";
        to.event(EventShape.of(MESSAGE_START, start, ""), NOTHING);
    }

    @Override
    public void chunk(SseStream to, Frame chunk, long number) {
        BlockReader reader = blocks;
        if (reader == null) {
            reader = new BlockReader(new BlockEvents(to), head.toolUse());
            blocks = reader;
        }
        Ending ending = reader.read(chunk);
        if (ending != null) {
            String end = Ending.stop(ending) + "},\"usage\":" + ending.usageSoFar();
            ByteBuf rest = Unpooled.copiedBuffer(end, UTF_8);
            to.event(MESSAGE_DELTA, rest);
            rest.release();
        }
    }

    @Override
    public void done(SseStream to, long number) {
        to.event(MESSAGE_STOP, NOTHING);
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
        ByteBuf error = AnthropicProblems.body(why, head.requestId());
        to.event(ERROR, error);
        error.release();
        to.abort();
    }

    @Override
    public void keepAlive(SseStream to) {
        to.event(PING, NOTHING);
    }
}
