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

    /**
     * The events about one kind of text or part: about its pieces or its beginning, and its end.
     */
    private record Shapes(EventShape delta, EventShape done) {}

    private static final Shapes TEXT =
            new Shapes(
                    EventLine.shape("response.output_text.delta"),
                    EventLine.shape("response.output_text.done"));
    private static final Shapes ARGUMENTS =
            new Shapes(
                    EventLine.shape("response.function_call_arguments.delta"),
                    EventLine.shape("response.function_call_arguments.done"));
    private static final Shapes SUMMARY =
            new Shapes(
                    EventLine.shape("response.reasoning_summary_text.delta"),
                    EventLine.shape("response.reasoning_summary_text.done"));
    private static final Shapes CONTENT_PART =
            new Shapes(
                    EventLine.shape("response.content_part.added"),
                    EventLine.shape("response.content_part.done"));
    private static final Shapes SUMMARY_PART =
            new Shapes(
                    EventLine.shape("response.reasoning_summary_part.added"),
                    EventLine.shape("response.reasoning_summary_part.done"));

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

    @Override
    public void onBegin(OutputItem item) {
        ByteBuf added = line.begin();
        writeAscii(added, ",\"output_index\":" + item.index() + ",\"item\":");
        item.write(added, "in_progress", false, NOTHING);
        line.end(ADDED);
        part(item, false, NOTHING);
        piece = texts(item.kind()).delta;
        String logprobs = item.kind() == ItemKind.MESSAGE ? ",\"logprobs\":[]" : "";
        beforePiece = new AsciiString(place(item) + logprobs + ",\"delta\":\"");
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
        ByteBuf out = line.begin();
        writeAscii(out, place(item) + ",\"part\":");
        item.writePart(out, text);
        line.end(shape);
    }

    @Override
    public void onPiece(ByteBuf text) {
        line.text(piece, beforePiece, text);
    }

    @Override
    public void onEnd(OutputItem item, ByteBuf text, ByteBuf json) {
        ByteBuf out = line.begin();
        writeAscii(out, place(item));
        switch (item.kind()) {
            case MESSAGE -> writeAscii(out, ",\"logprobs\":[],\"text\":\"");
            case REASONING -> writeAscii(out, ",\"text\":\"");
            case CALL -> writeAscii(out, ",\"arguments\":\"");
        }
        OutputItem.copy(text, out);
        out.writeByte('"');
        line.end(texts(item.kind()).done);
        part(item, true, text);
        ByteBuf done = line.begin();
        writeAscii(done, ",\"output_index\":" + item.index() + ",\"item\":");
        OutputItem.copy(json, done);
        line.end(ITEM_DONE);
    }
}
