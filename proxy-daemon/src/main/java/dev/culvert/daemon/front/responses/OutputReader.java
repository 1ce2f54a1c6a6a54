package dev.culvert.daemon.front.responses;

import dev.culvert.daemon.answer.BadChunkException;
import dev.culvert.daemon.answer.ToolCallFragment;
import dev.culvert.daemon.answer.ToolCallHead;
import dev.culvert.frame.Frame;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a turn's chunks (messages.md) as the items of one response, and joins these. It holds
 * buffers until {@link #drop}. Confined to the event loop of its answer.
 */
/* An item ends when something else begins. A call begins once its name is known: when arguments follow, another
 * call, or the end. Nothing but that name is held back. */
final class OutputReader {
    private static final int QUOTE = 1;

    private static final int FIRST_BYTES = 2 * 1024;

    /** A small text grows by this factor: each step takes a new buffer, and copies all. */
    private static final int GROWTH = 4;

    private static final int SMALL_BYTES = 16 * 1024;

    /** Enough for what an item says beside its text. */
    private static final int SURROUNDING_BYTES = 512;

    private static final String COMPLETED = "completed";
    private static final String INCOMPLETE = "incomplete";

    private final OutputListener listener;
    private final ResponseObject response;
    private final ByteBufAllocator buffers;
    private final Consumer<ByteBuf> ofMessage = this::ofMessage;

    /** The items that have ended, with commas between. */
    private ByteBuf items = Unpooled.EMPTY_BUFFER;

    /** The text of the open item. */
    private ByteBuf text = Unpooled.EMPTY_BUFFER;

    private @Nullable OutputItem open;

    /** The call of the open item, or one that is still to begin; null where there is neither. */
    private @Nullable ToolCallHead call;

    /** The index of the latest call. */
    private int lastCall = -1;

    private int next;
    private Outcome outcome = Outcome.IN_PROGRESS;

    /**
     * @param response of which they are items
     */
    OutputReader(OutputListener listener, ResponseObject response, ByteBufAllocator buffers) {
        this.listener = listener;
        this.response = response;
        this.buffers = buffers;
    }

    /**
     * Reads a chunk, which is lent.
     *
     * @throws BadChunkException when it cannot be told as items
     */
    void read(Frame chunk) {
        if (chunk.isOnlyText()) {
            chunk.readText(ofMessage);
        } else {
            read(chunk.payload(), chunk.members(), chunk.isLastChunk());
        }
    }

    /** The same for the payload of a chunk, which is lent. */
    void read(ByteBuf payload, JsonMembers members, boolean isLast) {
        String finishReason = "stop";
        Usage usage = Usage.UNKNOWN;
        while (members.next()) {
            byte kind = members.kind();
            if (kind == '"') {
                if (members.isNamed("content")) {
                    piece(ItemKind.MESSAGE, text(payload, members));
                } else if (members.isNamed("reasoning")) {
                    piece(ItemKind.REASONING, text(payload, members));
                } else if (isLast && members.isNamed("finish_reason")) {
                    finishReason = members.text();
                }
            } else if (kind == '[' && members.isNamed("tool_calls")) {
                calls(value(payload, members));
            } else if (kind == '{' && isLast && members.isNamed("usage")) {
                usage = Usage.read(value(payload, members));
            }
        }
        if (isLast) {
            outcome = Outcome.finished(finishReason, usage);
            close(outcome.isIncomplete() ? INCOMPLETE : COMPLETED);
        }
    }

    /** How the answer ended, after its last chunk. */
    Outcome outcome() {
        return outcome;
    }

    private static ByteBuf value(ByteBuf payload, JsonMembers members) {
        int start = members.valueStart();
        return payload.slice(start, members.valueEnd() - start);
    }

    private static ByteBuf text(ByteBuf payload, JsonMembers members) {
        int start = members.valueStart() + QUOTE;
        return payload.slice(start, members.valueEnd() - QUOTE - start);
    }

    private void piece(ItemKind kind, ByteBuf piece) {
        if (piece.isReadable()) {
            if (open == null || open.kind() != kind) {
                close(COMPLETED);
                begin(kind, "", "");
            }
            add(piece);
        }
    }

    private void ofMessage(ByteBuf piece) {
        piece(ItemKind.MESSAGE, piece);
    }

    private void begin(ItemKind kind, String callId, String name) {
        String id = kind.idStart() + response.ids() + "_" + next;
        String namespace = response.namespaces().of(name);
        OutputItem item = new OutputItem(kind, next, id, callId, namespace, name);
        next++;
        open = item;
        listener.onBegin(item);
    }

    private void add(ByteBuf piece) {
        int bytes = piece.readableBytes();
        if (text.capacity() == 0) {
            text = buffers.ioBuffer(Math.max(FIRST_BYTES, bytes));
        } else if (text.writableBytes() < bytes && text.capacity() < SMALL_BYTES) {
            text.capacity(Math.max(GROWTH * text.capacity(), text.readableBytes() + bytes));
        }
        OutputItem.copy(piece, text);
        listener.onPiece(piece);
    }

    /** Ends the open item, if there is one. */
    private void close(String status) {
        if (call != null) {
            beginCall(call);
            call = null;
        }
        OutputItem item = open;
        if (item != null) {
            open = null;
            if (!items.isReadable()) {
                items = buffers.ioBuffer(ownBytes());
            }
            int start = write(item, status, items);
            listener.onEnd(item, text, items.slice(start, items.writerIndex() - start));
            dropText(); // a large one may not have left yet
        }
    }

    /** What the open item takes as JSON, about. */
    private int ownBytes() {
        return text.readableBytes() + SURROUNDING_BYTES;
    }

    private int write(OutputItem item, String status, ByteBuf to) {
        if (to.isReadable()) {
            to.writeByte(',');
        }
        int start = to.writerIndex();
        item.write(to, status, true, text);
        return start;
    }

    private void calls(ByteBuf array) {
        for (ToolCallFragment fragment : ToolCallFragment.read(array)) {
            ToolCallHead current = call;
            if (current == null || !current.isContinuedBy(fragment)) {
                if (fragment.index() <= lastCall && fragment.id().isEmpty()) {
                    throw new BadChunkException(
                            "it goes on with tool call %d after something else has begun"
                                    .formatted(fragment.index()));
                }
                close(COMPLETED);
                current = new ToolCallHead(fragment);
                call = current;
                lastCall = fragment.index();
            } else {
                current.add(fragment);
            }
            if (fragment.arguments().isReadable()) {
                beginCall(current);
                add(fragment.arguments());
            }
        }
    }

    private void beginCall(ToolCallHead begun) {
        if (open == null) {
            String id = begun.id().isEmpty() ? "call_" + response.ids() + "_" + next : begun.id();
            begin(ItemKind.CALL, id, begun.name());
        }
    }

    /**
     * The items so far, with commas between; the last one may be incomplete. Belongs to the caller.
     */
    ByteBuf output() {
        OutputItem item = open;
        if (item == null) {
            return items.retain();
        }
        ByteBuf all = buffers.ioBuffer(items.readableBytes() + ownBytes());
        OutputItem.copy(items, all);
        write(item, INCOMPLETE, all);
        return all;
    }

    /** What it says, and what surrounds that. */
    int bytes() {
        return items.readableBytes() + text.readableBytes();
    }

    int heldBytes() {
        return items.capacity() + text.capacity();
    }

    /** Lets go of all that it said. */
    void drop() {
        items.release();
        items = Unpooled.EMPTY_BUFFER;
        dropText();
        open = null;
    }

    private void dropText() {
        text.release();
        text = Unpooled.EMPTY_BUFFER;
    }
}
