package dev.culvert.daemon.answer;

import static io.netty.buffer.ByteBufUtil.writeAscii;
import static io.netty.buffer.ByteBufUtil.writeUtf8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tool calls of one answer, joined from their fragments. */
public final class ToolCalls {
    /** Each takes much more memory than the bytes of the agent that begin it. */
    private static final int MOST = 1_024;

    private static final byte[] NO_ARGUMENTS = {'{', '}'};

    /**
     * @param arguments on the heap, so that nobody has to release them
     */
    private record Call(ToolCallHead head, ByteBuf arguments) {}

    private final List<Call> calls = new ArrayList<>();
    private int bytes;

    /**
     * Adds the fragments of an array, which is borrowed.
     *
     * @throws BadChunkException when there are too many calls, or a name has no end
     */
    public void add(ByteBuf array) {
        for (ToolCallFragment part : ToolCallFragment.read(array)) {
            Call call = latest(part.index());
            if (call != null && call.head.isContinuedBy(part)) {
                call.head.add(part);
            } else if (calls.size() == MOST) {
                throw new BadChunkException("it has over " + MOST + " tool calls");
            } else {
                call = new Call(new ToolCallHead(part), Unpooled.buffer());
                calls.add(call);
            }
            call.arguments.writeBytes(part.arguments());
        }
        bytes += array.readableBytes();
    }

    private @Nullable Call latest(int index) {
        for (int i = calls.size() - 1; i >= 0; i--) {
            if (calls.get(i).head.index() == index) {
                return calls.get(i);
            }
        }
        return null;
    }

    /** Gives those an id that have none, and those whose id another call before them has. */
    public void identify() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < calls.size(); i++) {
            ToolCallHead head = calls.get(i).head;
            String id = head.id();
            for (int more = i + 1; id.isEmpty() || !ids.add(id); more++) {
                id = "call_" + more;
                if (ids.add(id)) {
                    break;
                }
            }
            head.identify(id);
        }
    }

    /** What streams say of the calls, after {@link #identify}. */
    public List<ClientCall> events() {
        return calls.stream().map(call -> ClientCall.of(call.head, call.arguments)).toList();
    }

    /** Writes them as {@link #write} does, with an object in each call's arguments. */
    public void writeReadable(ByteBuf out) {
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            if (!call.head.isCustom() && ClientCall.object(call.arguments) == null) {
                calls.set(i, new Call(call.head, Unpooled.wrappedBuffer(NO_ARGUMENTS)));
            }
        }
        write(out);
    }

    public boolean isEmpty() {
        return calls.isEmpty();
    }

    /** The size of all that was added. */
    public int bytes() {
        return bytes;
    }

    /** Writes them as an array. */
    public void write(ByteBuf out) {
        out.writeByte('[');
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            writeAscii(out, i == 0 ? "{\"id\":\"" : ",{\"id\":\"");
            writeUtf8(out, call.head.id());
            writeAscii(out, "\",");
            writeTool(out, call.head.isCustom(), call.head.name(), call.arguments);
            out.writeByte('}');
        }
        out.writeByte(']');
    }

    /**
     * The fragments of {@code array} for a client. As they came, unless they lack what clients
     * need. Borrows the array; the caller releases the result.
     */
    public static ByteBuf forClient(ByteBuf array) {
        List<ToolCallFragment> parts = ToolCallFragment.read(array);
        if (parts.stream().allMatch(ToolCallFragment::isComplete)) {
            return array.retain();
        }
        ByteBuf out = array.alloc().buffer(2 * array.readableBytes());
        out.writeByte('[');
        for (int i = 0; i < parts.size(); i++) {
            ToolCallFragment part = parts.get(i);
            writeAscii(out, (i == 0 ? "" : ",") + "{\"index\":" + part.index() + ",");
            if (!part.id().isEmpty()) {
                writeAscii(out, "\"id\":\"");
                writeUtf8(out, part.id());
                writeAscii(out, "\",");
            }
            writeTool(out, part.isCustom(), part.name(), part.arguments());
            out.writeByte('}');
        }
        return out.writeByte(']');
    }

    private static void writeTool(ByteBuf out, boolean isCustom, String name, ByteBuf arguments) {
        String type = isCustom ? "custom" : "function";
        writeAscii(out, "\"type\":\"" + type + "\",\"" + type + "\":{");
        if (!name.isEmpty()) {
            writeAscii(out, "\"name\":\"");
            writeUtf8(out, name);
            writeAscii(out, "\",");
        }
        writeAscii(out, isCustom ? "\"input\":\"" : "\"arguments\":\"");
        out.writeBytes(arguments, arguments.readerIndex(), arguments.readableBytes());
        writeAscii(out, "\"}");
    }
}
