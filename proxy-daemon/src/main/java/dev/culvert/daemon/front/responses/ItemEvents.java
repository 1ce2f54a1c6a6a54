package dev.culvert.daemon.front.responses;

import static io.netty.buffer.ByteBufUtil.writeAscii;

import dev.culvert.daemon.sse.EventShape;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;

/** Writes items as the events of a stream. Confined to its event loop. */
/* What is the same in each delta of an item is put together once, when the item begins. */
final class ItemEvents implements OutputListener {
    private static final EventShape ADDED = EventLine.shape("response.output_item.added");
    private static final EventShape ITEM_DONE = EventLine.shape("response.output_item.done");
    private static final ByteBuf NOTHING = Unpooled.EMPTY_BUFFER;

    private static final String END_OF_TEXT = "\"";
    private static final String END_OF_PART = "\"}";

    /**
     * The events about one kind of text or part: about its pieces or its beginning, and its end.
     */
    private record Shapes(EventShape delta, EventShape done) {
        static Shapes of(String delta, String done, String end) {
            return new Shapes(EventLine.shape(delta, end), EventLine.shape(done, end));
        }
    }

    private static final Shapes TEXT =
            Shapes.of("response.output_text.delta", "response.output_text.done", END_OF_TEXT);
    private static final Shapes ARGUMENTS =
            Shapes.of(
                    "response.function_call_arguments.delta",
                    "response.function_call_arguments.done",
                    END_OF_TEXT);
    private static final Shapes SUMMARY =
            Shapes.of(
                    "response.reasoning_summary_text.delta",
                    "response.reasoning_summary_text.done",
                    END_OF_TEXT);
    private static final Shapes CONTENT_PART =
            Shapes.of("response.content_part.added", "response.content_part.done", END_OF_PART);
    private static final Shapes SUMMARY_PART =
            Shapes.of(
                    "response.reasoning_summary_part.added",
                    "response.reasoning_summary_part.done",
                    END_OF_PART);

    private final EventLine line;
    private EventShape piece = TEXT.delta;
    private AsciiString beforePiece = AsciiString.EMPTY_STRING;

    ItemEvents(EventLine line) {
        this.line = line;
    }

    private static Shapes texts(ItemKind kind) {
        return switch (kind) {
            case MESSAGE -> TEXT;
            case REASONING -> SUMMARY;
            case CALL -> ARGUMENTS;
        };
    }

    /** Where in the response a text belongs, after the number. */
    private static String place(OutputItem item) {
        String own =
                switch (item.kind()) {
                    case MESSAGE -> ",\"content_index\":0";
                    case REASONING -> ",\"summary_index\":0";
                    case CALL -> "";
                };
        return ",\"item_id\":\"" + item.id() + "\",\"output_index\":" + item.index() + own;
    }

    private static AsciiString beforeText(OutputItem item, String member) {
        String logprobs = item.kind() == ItemKind.MESSAGE ? ",\"logprobs\":[]" : "";
        return new AsciiString(place(item) + logprobs + ",\"" + member + "\":\"");
    }

    private static AsciiString beforeItem(OutputItem item) {
        return new AsciiString(",\"output_index\":" + item.index() + ",\"item\":");
    }

    @Override
    public void onBegin(OutputItem item) {
        ByteBuf added = line.begin();
        writeAscii(added, beforeItem(item));
        item.write(added, "in_progress", false, NOTHING);
        line.end(ADDED, added);
        part(item, false, NOTHING);
        piece = texts(item.kind()).delta;
        beforePiece = beforeText(item, "delta");
    }

    /** A call has no parts. */
    private void part(OutputItem item, boolean isDone, ByteBuf text) {
        switch (item.kind()) {
            case MESSAGE -> part(item, isDone ? CONTENT_PART.done : CONTENT_PART.delta, text);
            case REASONING -> part(item, isDone ? SUMMARY_PART.done : SUMMARY_PART.delta, text);
            case CALL -> {}
        }
    }

    private void part(OutputItem item, EventShape shape, ByteBuf text) {
        String before = place(item) + ",\"part\":" + item.kind().beforePartText();
        line.event(shape, new AsciiString(before), text);
    }

    @Override
    public void onPiece(ByteBuf text) {
        line.event(piece, beforePiece, text);
    }

    @Override
    public void onEnd(OutputItem item, ByteBuf text, ByteBuf json) {
        String member = item.kind() == ItemKind.CALL ? "arguments" : "text";
        line.event(texts(item.kind()).done, beforeText(item, member), text);
        part(item, true, text);
        line.event(ITEM_DONE, beforeItem(item), json);
    }
}
