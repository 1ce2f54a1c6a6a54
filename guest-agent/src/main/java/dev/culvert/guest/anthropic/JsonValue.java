package dev.culvert.guest.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A value in a text that is well-formed JSON. Borrows the text.
 *
 * @param start the index of its first byte
 * @param end the index after its last byte
 */
record JsonValue(ByteBuf text, int start, int end) {
    interface Members {
        void member(String name, JsonValue value) throws IOException;
    }

    interface Elements {
        void element(int place, JsonValue value) throws IOException;
    }

    /** The value that {@code text} consists of. */
    static JsonValue of(ByteBuf text) {
        JsonWalk walk = new JsonWalk(text);
        int start = walk.afterBlanks(text.readerIndex());
        return new JsonValue(text, start, walk.endOf(start));
    }

    byte kind() {
        return text.getByte(start);
    }

    boolean isString() {
        return kind() == '"';
    }

    boolean isObject() {
        return kind() == '{';
    }

    boolean isArray() {
        return kind() == '[';
    }

    boolean isNull() {
        return kind() == 'n';
    }

    boolean isTrue() {
        return kind() == 't';
    }

    /** Whether it is {@code ""}, <code>{}</code> or {@code []}. */
    boolean isEmpty() {
        return new JsonWalk(text).afterBlanks(start + 1) == end - 1 && length() > 1;
    }

    int length() {
        return end - start;
    }

    /** Steps through the members; a value that is not an object has none. */
    void members(Members visitor) throws IOException {
        if (!isObject()) {
            return;
        }
        JsonWalk walk = new JsonWalk(text);
        int at = walk.afterBlanks(start + 1);
        while (text.getByte(at) != '}') {
            int nameEnd = walk.endOf(at);
            String name = new JsonValue(text, at, nameEnd).string();
            int from = walk.afterBlanks(walk.afterBlanks(nameEnd) + 1);
            int to = walk.endOf(from);
            visitor.member(name, new JsonValue(text, from, to));
            at = walk.afterComma(to);
        }
    }

    /** Steps through the elements; a value that is not an array has none. */
    void elements(Elements visitor) throws IOException {
        if (!isArray()) {
            return;
        }
        JsonWalk walk = new JsonWalk(text);
        int at = walk.afterBlanks(start + 1);
        for (int place = 0; text.getByte(at) != ']'; place++) {
            int to = walk.endOf(at);
            visitor.element(place, new JsonValue(text, at, to));
            at = walk.afterComma(to);
        }
    }

    /** The last member of this name; null if there is none. */
    @Nullable JsonValue member(String name) throws IOException {
        JsonValue[] found = new JsonValue[1];
        members((its, value) -> {
            if (its.equals(name)) {
                found[0] = value;
            }
        });
        return found[0];
    }

    /** The content of a string, which should be short; the JSON text of any other value. */
    String string() {
        if (!isString()) {
            return text.toString(start, length(), UTF_8);
        }
        if (text.indexOf(start, end, (byte) '\\') < 0) {
            return text.toString(start + 1, length() - 2, UTF_8);
        }
        ByteBuf content = Unpooled.buffer(length());
        unescapeInto(content);
        return content.toString(UTF_8);
    }

    /** Writes the content of this string, in UTF-8. */
    void unescapeInto(ByteBuf out) {
        JsonEscapes.unescape(text, start + 1, end - 1, out);
    }

    /** The bytes of the value as they are written. */
    ByteBuf bytes() {
        return text.slice(start, length());
    }
}
