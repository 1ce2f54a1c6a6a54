package dev.culvert.daemon.front.anthropic;

import static dev.culvert.json.JsonOutline.NONE;
import static dev.culvert.json.JsonOutline.ROOT;
import static io.netty.buffer.ByteBufUtil.writeAscii;
import static io.netty.buffer.ByteBufUtil.writeUtf8;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.answer.BadChunkException;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonLimits;
import dev.culvert.json.JsonMembers;
import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** Joins blocks into the list of a message's content. Holds buffers until taken or dropped. */
/* Texts are joined as they are written in JSON. The input of a tool comes as pieces of a text that is JSON itself, so
 * it is joined apart, decoded when it is whole, and refused if it is no object. */
final class JoinedBlocks implements BlockListener {
    /** Enough for what surrounds the content of most answers. */
    private static final int FRAME_BYTES = 512;

    private final ByteBufAllocator buffers;
    private final ByteBuf out;
    private final int start;
    private @Nullable ByteBuf input;
    private BlockKind open = BlockKind.TEXT;
    private ByteBuf other = Unpooled.EMPTY_BUFFER;
    private String tool = "";
    private final StringBuilder signature = new StringBuilder();
    private final StringBuilder citations = new StringBuilder();

    /**
     * @param before what comes before the first block, ASCII
     */
    JoinedBlocks(ByteBufAllocator buffers, String before) {
        this.buffers = buffers;
        out = buffers.ioBuffer(before.length() + FRAME_BYTES);
        writeAscii(out, before);
        start = out.writerIndex();
    }

    @Override
    public void onBegin(int index, BlockKind kind) {
        comma(index);
        writeAscii(
                out,
                kind == BlockKind.TEXT
                        ? "{\"type\":\"text\",\"text\":\""
                        : "{\"type\":\"thinking\",\"thinking\":\"");
        open = kind;
    }

    @Override
    public void onTool(int index, String id, String name) {
        comma(index);
        writeUtf8(
                out,
                "{\"type\":\"tool_use\",\"id\":\""
                        + id
                        + "\",\"name\":\""
                        + name
                        + "\",\"caller\":{\"type\":\"direct\"},\"input\":");
        tool = name;
        open = BlockKind.TOOL_USE;
    }

    private void comma(int index) {
        if (index > 0) {
            out.writeByte(',');
        }
    }

    /** The block is written when it ends, with its input. */
    @Override
    public void onOther(int index, ByteBuf block) {
        comma(index);
        other = block.copy();
        tool = "of a server";
        open = BlockKind.OTHER;
    }

    @Override
    public void onPiece(ByteBuf piece) {
        if (open == BlockKind.TOOL_USE) {
            addInput(piece);
        } else {
            out.writeBytes(piece);
        }
    }

    private void addInput(ByteBuf piece) {
        if (input == null) {
            input = buffers.buffer(Math.max(piece.readableBytes(), FRAME_BYTES));
        }
        input.writeBytes(piece);
    }

    @Override
    public void onDelta(ByteBuf delta) {
        JsonMembers members = new JsonMembers(delta, JsonMembers.find(delta));
        while (members.next()) {
            int from = members.valueStart();
            int to = members.valueEnd();
            if (members.kind() == '"' && members.isNamed("partial_json")) {
                addInput(delta.slice(from + 1, to - from - 2));
            } else if (members.kind() == '"' && members.isNamed("signature")) {
                signature.append(delta.toString(from + 1, to - from - 2, UTF_8));
            } else if (members.kind() == '{' && members.isNamed("citation")) {
                citations.append(citations.isEmpty() ? "" : ",");
                citations.append(delta.toString(from, to - from, UTF_8));
            }
        }
    }

    @Override
    public void onEnd(int index) {
        switch (open) {
            case TOOL_USE -> writeInput();
            case OTHER -> writeOther();
            case TEXT -> {
                out.writeByte('"');
                String all = citations.isEmpty() ? "null" : "[" + citations + "]";
                writeUtf8(out, ",\"citations\":" + all);
            }
            case THINKING -> writeUtf8(out, "\",\"signature\":\"" + signature + "\"");
        }
        out.writeByte('}');
        signature.setLength(0);
        citations.setLength(0);
    }

    /** Writes the block as it began, but for its end; an input that came later replaces its own. */
    private void writeOther() {
        boolean hasInput = input != null && input.isReadable();
        JsonOutline json = JsonOutline.of(other, JsonLimits.FRAME, 1);
        JsonPieces to = new JsonPieces(out).open('{');
        for (int it = json.first(ROOT); it != NONE; it = json.next(it)) {
            if (!hasInput || !json.isNamed(it, "input")) {
                to.copyMember(json, it);
            }
        }
        dropOther();
        if (hasInput) {
            to.name("input");
            writeInput();
        }
    }

    private void writeInput() {
        ByteBuf joined = input;
        if (joined == null || !joined.isReadable()) {
            writeAscii(out, "{}");
            return;
        }
        int from = out.writerIndex();
        writeUtf8(out, JsonText.unescaped(joined));
        joined.clear();
        try {
            JsonText.checkObject(out.slice(from, out.writerIndex() - from));
        } catch (BadJsonException bad) {
            throw new BadChunkException(
                    "the arguments of the tool '%s' are not a JSON object: %s"
                            .formatted(tool, bad.detail()));
        }
    }

    /** The memory of what is joined. */
    int heldBytes() {
        return out.capacity() + other.capacity() + (input == null ? 0 : input.capacity());
    }

    int contentBytes() {
        return out.writerIndex() - start + (input == null ? 0 : input.readableBytes());
    }

    /** All that is joined, which belongs to the caller. */
    ByteBuf take() {
        dropHeld();
        return out;
    }

    void drop() {
        dropHeld();
        out.release();
    }

    private void dropHeld() {
        dropOther();
        if (input != null) {
            input.release();
            input = null;
        }
    }

    private void dropOther() {
        other.release();
        other = Unpooled.EMPTY_BUFFER;
    }
}
