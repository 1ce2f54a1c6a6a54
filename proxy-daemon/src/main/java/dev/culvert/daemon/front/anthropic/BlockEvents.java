package dev.culvert.daemon.front.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.sse.EventShape;
import dev.culvert.daemon.sse.EventType;
import dev.culvert.daemon.sse.SseStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Writes blocks as the events of a stream. Confined to its event loop. */
/* What is the same in each delta of a block is put together once, when the block begins. */
final class BlockEvents implements BlockListener {
    private static final String START = "content_block_start";
    private static final String DELTA = "content_block_delta";
    private static final String STOP = "content_block_stop";
    private static final EventType START_EVENT = EventType.of(START);
    private static final EventType DELTA_EVENT = EventType.of(DELTA);
    private static final EventType STOP_EVENT = EventType.of(STOP);
    private static final EventShape NOT_BEGUN = EventShape.of("", "");

    private final SseStream to;
    private EventShape piece = NOT_BEGUN;
    private int open;

    BlockEvents(SseStream to) {
        this.to = to;
    }

    @Override
    public void onBegin(int index, BlockKind kind) {
        String block =
                kind == BlockKind.TEXT
                        ? "{\"type\":\"text\",\"text\":\"\",\"citations\":null}"
                        : "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}";
        begin(index, kind, block);
    }

    @Override
    public void onTool(int index, String id, String name) {
        String block =
                "{\"type\":\"tool_use\",\"id\":\""
                        + id
                        + "\",\"name\":\""
                        + name
                        + "\",\"caller\":{\"type\":\"direct\"},\"input\":{}}";
        begin(index, BlockKind.TOOL_USE, block);
    }

    private void begin(int index, BlockKind kind, String block) {
        ByteBuf start = Unpooled.copiedBuffer(block, UTF_8);
        onOther(index, start);
        start.release();
        piece = EventShape.of(DELTA_EVENT, delta(index) + kind.beforePiece(), "\"}}");
    }

    @Override
    public void onOther(int index, ByteBuf block) {
        String before = begun(START, index) + ",\"content_block\":";
        to.event(EventShape.of(START_EVENT, before, "}"), block);
        open = index;
    }

    /** The data of an event about a block, without its end. */
    private static String begun(String type, int index) {
        return "{\"type\":\"" + type + "\",\"index\":" + index;
    }

    private static String delta(int index) {
        return begun(DELTA, index) + ",\"delta\":";
    }

    @Override
    public void onPiece(ByteBuf part) {
        to.eventInOneLine(piece, part);
    }

    @Override
    public void onDelta(ByteBuf delta) {
        to.event(EventShape.of(DELTA_EVENT, delta(open), "}"), delta);
    }

    @Override
    public void onEnd(int index) {
        to.event(EventShape.of(STOP_EVENT, begun(STOP, index), "}"), Unpooled.EMPTY_BUFFER);
    }
}
