package dev.culvert.daemon.front.anthropic;

import dev.culvert.daemon.answer.BadChunkException;
import dev.culvert.daemon.answer.ToolCallFragment;
import dev.culvert.daemon.answer.ToolCallHead;
import dev.culvert.frame.Frame;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a turn's chunks (messages.md) as the blocks of one message. Confined to the event loop of
 * its answer.
 */
/* Anthropic's blocks come one after the other and have their name at the beginning. A chunk only adds to a text or to
 * a call, so a block ends when something else begins, and a call begins once its name is known: when arguments
 * follow, another call, or the end. Nothing but that name is held back. */
final class BlockReader {
    private static final int QUOTE = 1;

    private final BlockListener listener;
    private final String ids;
    private final Consumer<ByteBuf> ofText = this::ofText;

    /** The kind of the open block; null where none is open. */
    private @Nullable BlockKind open;

    /** The call of the open block, or one that is still to begin; null where there is neither. */
    private @Nullable ToolCallHead call;

    private int next;
    private boolean hasCalls;

    /**
     * @param ids what the id of a call begins with that has none of its own
     */
    BlockReader(BlockListener listener, String ids) {
        this.listener = listener;
        this.ids = ids;
    }

    /**
     * Reads a chunk, which is lent.
     *
     * @return how the message ends; null if this is not the last chunk
     * @throws BadChunkException when it cannot be told as blocks
     */
    @Nullable Ending read(Frame chunk) {
        if (chunk.isOnlyText()) {
            chunk.readText(ofText);
            return null;
        }
        ByteBuf payload = chunk.payload();
        Ending ending = chunk.isLastChunk() ? new Ending() : null;
        JsonMembers members = chunk.members();
        while (members.next()) {
            byte kind = members.kind();
            if (kind == '"') {
                if (members.isNamed("content")) {
                    piece(BlockKind.TEXT, text(payload, members));
                } else if (members.isNamed("reasoning")) {
                    piece(BlockKind.THINKING, text(payload, members));
                } else if (ending != null && members.isNamed("finish_reason")) {
                    ending.finished(members.text());
                }
            } else if (kind == '[' && members.isNamed("tool_calls")) {
                calls(payload, members);
            } else if (kind == '{' && members.isNamed("anthropic")) {
                original(value(payload, members), ending);
            } else if (kind == '{' && ending != null && members.isNamed("usage")) {
                ending.used(value(payload, members));
            }
        }
        if (ending != null) {
            close();
            ending.calls(hasCalls);
        }
        return ending;
    }

    private static ByteBuf value(ByteBuf payload, JsonMembers members) {
        int start = members.valueStart();
        return payload.slice(start, members.valueEnd() - start);
    }

    private static ByteBuf text(ByteBuf payload, JsonMembers members) {
        int start = members.valueStart() + QUOTE;
        return payload.slice(start, members.valueEnd() - QUOTE - start);
    }

    private void piece(BlockKind kind, ByteBuf text) {
        if (text.isReadable()) {
            begin(kind);
            listener.onPiece(text);
        }
    }

    private void ofText(ByteBuf piece) {
        piece(BlockKind.TEXT, piece);
    }

    /** Opens a block of that kind unless it is open. */
    private void begin(BlockKind kind) {
        if (open != kind) {
            close();
            open = kind;
            listener.onBegin(next, kind);
        }
    }

    /** Ends the open block, if there is one. */
    private void close() {
        if (call != null) {
            beginCall(call);
            call = null;
        }
        if (open != null) {
            open = null;
            listener.onEnd(next++);
        }
    }

    private void calls(ByteBuf payload, JsonMembers members) {
        for (ToolCallFragment fragment : ToolCallFragment.read(value(payload, members))) {
            ToolCallHead current = call;
            if (current == null || !current.isContinuedBy(fragment)) {
                if (current != null
                        && fragment.index() < current.index()
                        && fragment.id().isEmpty()) {
                    throw new BadChunkException(
                            "it goes on with tool call %d after tool call %d has begun"
                                    .formatted(fragment.index(), current.index()));
                }
                close();
                current = new ToolCallHead(fragment);
                call = current;
            } else {
                current.add(fragment);
            }
            if (fragment.arguments().isReadable()) {
                beginCall(current);
                listener.onPiece(fragment.arguments());
            }
        }
    }

    private void beginCall(ToolCallHead begun) {
        if (open == BlockKind.TOOL_USE) {
            return;
        }
        if (open != null) {
            open = null;
            listener.onEnd(next++);
        }
        open = BlockKind.TOOL_USE;
        hasCalls = true;
        listener.onTool(next, begun.id().isEmpty() ? ids + next : begun.id(), begun.name());
    }

    /** Reads the member {@code anthropic}: what a runtime of that kind says beyond a chunk. */
    private void original(ByteBuf original, @Nullable Ending ending) {
        JsonMembers members = new JsonMembers(original, JsonMembers.find(original));
        while (members.next()) {
            if (ending != null) {
                ending.original(original, members);
            } else if (members.kind() == '{' && members.isNamed("content_block")) {
                close();
                open = BlockKind.OTHER;
                listener.onOther(next, value(original, members));
            } else if (members.kind() == '{' && members.isNamed("delta")) {
                delta(value(original, members));
            }
        }
    }

    private void delta(ByteBuf delta) {
        JsonMembers members = new JsonMembers(delta, JsonMembers.find(delta));
        while (members.next()) {
            if (members.isNamed("type") && members.kind() == '"') {
                switch (members.text()) {
                    case "signature_delta" -> begin(BlockKind.THINKING);
                    case "citations_delta" -> begin(BlockKind.TEXT);
                    default -> {} // of whichever block is open
                }
            }
        }
        if (open != null) {
            listener.onDelta(delta);
        }
    }
}
