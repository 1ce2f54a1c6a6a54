package dev.culvert.json;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * Writes a JSON text to a buffer from pieces: what is new, in plain ASCII, and parts of a text that
 * was checked, which are copied as they came. Puts the commas.
 */
public final class JsonPieces {
    private final ByteBuf out;
    private boolean needsComma;

    /** Writes to {@code out}, which stays the caller's. */
    public JsonPieces(ByteBuf out) {
        this.out = out;
    }

    /** Begins an object or a list: writes its bracket. */
    public JsonPieces open(char bracket) {
        comma();
        out.writeByte(bracket);
        needsComma = false;
        return this;
    }

    public JsonPieces close(char bracket) {
        out.writeByte(bracket);
        needsComma = true;
        return this;
    }

    /** The name of a member, plain ASCII; its value comes next. */
    public JsonPieces name(String name) {
        comma();
        quoted(name);
        out.writeByte(':');
        needsComma = false;
        return this;
    }

    /** A string, plain ASCII without anything that JSON escapes. */
    public JsonPieces text(String text) {
        comma();
        quoted(text);
        return this;
    }

    /** A number, {@code true}, {@code false} or {@code null}. */
    public JsonPieces literal(String word) {
        comma();
        ByteBufUtil.writeAscii(out, word);
        return this;
    }

    /** A value as it came. */
    public JsonPieces copy(JsonOutline from, int value) {
        comma();
        from.copy(value, out);
        return this;
    }

    /** A member as it came, with its name. */
    public JsonPieces copyMember(JsonOutline from, int member) {
        comma();
        out.writeByte('"');
        from.copyName(member, out);
        out.writeByte('"').writeByte(':');
        from.copy(member, out);
        return this;
    }

    /** A string that contains the JSON text of a value. */
    public JsonPieces copyAsText(JsonOutline from, int value) {
        comma();
        out.writeByte('"');
        from.copyEscaped(value, out);
        out.writeByte('"');
        return this;
    }

    /** Begins a string that is put together from parts, up to {@link #endText}. */
    public JsonPieces beginText() {
        comma();
        out.writeByte('"');
        return this;
    }

    /** A part of a string, plain ASCII; what JSON escapes must be escaped. */
    public JsonPieces part(String ascii) {
        ByteBufUtil.writeAscii(out, ascii);
        return this;
    }

    /** A part of a string: the whole of a string that came. */
    public JsonPieces part(JsonOutline from, int string) {
        from.copyInside(string, out);
        return this;
    }

    public JsonPieces endText() {
        out.writeByte('"');
        return this;
    }

    private void quoted(String ascii) {
        out.writeByte('"');
        ByteBufUtil.writeAscii(out, ascii);
        out.writeByte('"');
    }

    private void comma() {
        if (needsComma) {
            out.writeByte(',');
        }
        needsComma = true;
    }
}
