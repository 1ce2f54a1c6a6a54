package dev.culvert.daemon.front.responses;

import static io.netty.buffer.ByteBufUtil.writeAscii;
import static io.netty.buffer.ByteBufUtil.writeUtf8;

import io.netty.buffer.ByteBuf;

/**
 * One item of a response.
 *
 * @param index its place in the output
 * @param id plain ASCII
 * @param callId of a function call, as JSON writes it between quotes; else empty
 * @param namespace of the function, plain ASCII; empty if it has none
 * @param name by which the model calls the function, in the same way as the id of the call; else
 *     empty
 */
record OutputItem(
        ItemKind kind, int index, String id, String callId, String namespace, String name) {
    /**
     * Writes it as JSON.
     *
     * @param status of the item, one of OpenAI's words
     * @param isBegun whether it has content at all: at its beginning it has not
     * @param text what it says, as JSON writes it between quotes; borrowed
     */
    void write(ByteBuf out, String status, boolean isBegun, ByteBuf text) {
        writeAscii(out, "{\"id\":\"" + id + "\",\"type\":\"" + kind.type() + "\"");
        writeAscii(out, ",\"status\":\"" + status + "\",");
        switch (kind) {
            case REASONING -> {
                writeAscii(out, "\"summary\":[");
                part(out, isBegun, text);
                writeAscii(out, "]}");
            }
            case MESSAGE -> {
                writeAscii(out, "\"role\":\"assistant\",\"content\":[");
                part(out, isBegun, text);
                writeAscii(out, "]}");
            }
            case CALL -> {
                writeAscii(out, "\"call_id\":\"");
                writeUtf8(out, callId);
                if (!namespace.isEmpty()) {
                    writeAscii(out, "\",\"namespace\":\"" + namespace);
                }
                writeAscii(out, "\",\"name\":\"");
                writeUtf8(out, function());
                writeAscii(out, "\",\"arguments\":\"");
                copy(text, out);
                writeAscii(out, "\"}");
            }
        }
    }

    /** The name of the function within its namespace. */
    private String function() {
        return namespace.isEmpty()
                ? name
                : name.substring(namespace.length() + Namespaces.SEPARATOR.length());
    }

    private void part(ByteBuf out, boolean isBegun, ByteBuf text) {
        if (isBegun) {
            writePart(out, text);
        }
    }

    /** Writes the only part of a message or of reasoning. Borrows the text. */
    void writePart(ByteBuf out, ByteBuf text) {
        writeAscii(out, kind.beforePartText());
        copy(text, out);
        writeAscii(out, "\"}");
    }

    /** Borrows both. */
    static void copy(ByteBuf from, ByteBuf to) {
        int bytes = from.readableBytes();
        to.ensureWritable(bytes);
        // Not writeBytes, which makes an object for the buffer in between.
        from.getBytes(from.readerIndex(), to, to.writerIndex(), bytes);
        to.writerIndex(to.writerIndex() + bytes);
    }
}
