package dev.culvert.json;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.Arrays;

/**
 * Where the values of one JSON object are: read and checked in one pass, then looked at in any
 * order. A value is known by its place, an int; {@link #ROOT} is the object itself.
 *
 * <pre>
 *   JsonOutline text = JsonOutline.of(body, limits, levels);
 *   for (int it = text.first(ROOT); it != NONE; it = text.next(it)) {
 *       text.isNamed(it, "model");   // each member, or each element of an array
 *   }
 * </pre>
 *
 * Each thread has one outline: it is valid until the thread asks for another one or for a {@link
 * JsonScanner}.
 */
/* No byte is looked at twice, in whatever order members come: an image of several megabytes in the middle of a
 * text costs one pass of JsonScanner. */
public final class JsonOutline {
    /** The place of the whole. */
    public static final int ROOT = 0;

    /** There is no such value. */
    public static final int NONE = -1;

    private static final int NUMBERS = 6;
    private static final int NAME_START = 0;
    private static final int NAME_END = 1;
    private static final int START = 2;
    private static final int END = 3;

    /** The place after the value and all that it contains. */
    private static final int AFTER = 4;

    /** The place of the value that contains it. */
    private static final int OUTER = 5;

    private static final int FIRST_VALUES = 256;
    private static final byte[] NOTHING = {};

    /** Room for more values than this is not kept for the next text. */
    private static final int MOST_KEPT_VALUES = 16 * 1024;

    private static final FastThreadLocal<JsonOutline> HERE =
            new FastThreadLocal<>() {
                @Override
                protected JsonOutline initialValue() {
                    return new JsonOutline();
                }
            };

    private int[] places = new int[NUMBERS * FIRST_VALUES];
    private int used;
    private byte[] bytes = NOTHING;
    private int start;

    private JsonOutline() {}

    /**
     * Reads an object. Borrows {@code text} for the call.
     *
     * @param levels how deep values are noted: 1 for the object's own members. What lies deeper is
     *     checked, too
     * @throws BadJsonException saying what is wrong, and where
     */
    public static JsonOutline of(ByteBuf text, JsonLimits limits, int levels) {
        JsonOutline here = HERE.get();
        here.read(JsonScanner.of(text, limits), levels);
        return here;
    }

    private void read(JsonScanner text, int levels) {
        if (places.length > NUMBERS * MOST_KEPT_VALUES) {
            places = new int[NUMBERS * FIRST_VALUES];
        }
        used = 0;
        bytes = text.textBytes();
        start = text.textStart();
        try {
            text.open();
            int root = add(NONE, text, 0, 0);
            members(root, text, levels - 1);
            ended(root, text);
            text.end();
        } catch (BadJsonException bad) {
            forget();
            throw text.verdict(bad);
        }
    }

    /** Lets go of the text, which may be large. */
    public void forget() {
        bytes = NOTHING;
    }

    private void members(int object, JsonScanner text, int levels) {
        while (text.next()) {
            value(add(object, text, text.nameStart(), text.nameEnd()), text, levels);
        }
    }

    /** Recursion ends at the deepest level that the limits allow. */
    private void value(int place, JsonScanner text, int levels) {
        if (levels > 0 && text.kind() == '{') {
            text.enter();
            members(place, text, levels - 1);
        } else if (levels > 0 && text.kind() == '[') {
            text.enterArray();
            while (text.nextElement()) {
                value(add(place, text, 0, 0), text, levels - 1);
            }
        } else {
            text.skip();
        }
        ended(place, text);
    }

    private int add(int outer, JsonScanner text, int nameStart, int nameEnd) {
        if (used == places.length) {
            places = Arrays.copyOf(places, 2 * used);
        }
        int place = used;
        places[place + NAME_START] = nameStart;
        places[place + NAME_END] = nameEnd;
        places[place + START] = text.valueStart();
        places[place + OUTER] = outer;
        used += NUMBERS;
        return place;
    }

    private void ended(int place, JsonScanner text) {
        places[place + END] = text.valueEnd();
        places[place + AFTER] = used;
    }

    /** The first member or element of a value; {@link #NONE} where it has none, or is deeper. */
    public int first(int of) {
        return places[of + AFTER] == of + NUMBERS ? NONE : of + NUMBERS;
    }

    /** The member or element after this one; {@link #NONE} after the last. */
    public int next(int after) {
        int next = places[after + AFTER];
        return next == places[places[after + OUTER] + AFTER] ? NONE : next;
    }

    /** How many members or elements a value has. */
    public int count(int of) {
        int count = 0;
        for (int it = first(of); it != NONE; it = next(it)) {
            count++;
        }
        return count;
    }

    /** The first member of that name, which is plain ASCII; {@link #NONE} where there is none. */
    public int find(int object, String name) {
        int it = first(object);
        while (it != NONE && !isNamed(it, name)) {
            it = next(it);
        }
        return it;
    }

    /** Whether the member has this name, which is plain ASCII. */
    public boolean isNamed(int member, String name) {
        int from = start + places[member + NAME_START];
        int to = start + places[member + NAME_END];
        return is(name, from, to) || (isEscaped(from, to) && name(member).equals(name));
    }

    /** The name of a member. */
    public String name(int member) {
        return decoded(places[member + NAME_START], places[member + NAME_END]);
    }

    /** The first byte of a value, which tells its kind. */
    public byte kind(int value) {
        return bytes[start + places[value + START]];
    }

    public boolean isText(int value) {
        return kind(value) == '"';
    }

    /** Whether the value is this text, which is plain ASCII and has no escapes. */
    public boolean isText(int value, String text) {
        return isText(value)
                && is(text, start + places[value + START] + 1, start + places[value + END] - 1);
    }

    /** What a string says. */
    public String text(int string) {
        return decoded(places[string + START] + 1, places[string + END] - 1);
    }

    /** Which value it is, for people: {@code messages.0.content}; empty for the whole. */
    public String path(int value) {
        int outer = places[value + OUTER];
        if (outer == NONE) {
            return "";
        }
        String own = kind(outer) == '{' ? name(value) : Integer.toString(index(outer, value));
        return outer == ROOT ? own : path(outer) + "." + own;
    }

    private int index(int array, int element) {
        int index = 0;
        for (int it = first(array); it != element; it = next(it)) {
            index++;
        }
        return index;
    }

    /** Where a value begins, as an index from the beginning of the text. */
    public int start(int value) {
        return places[value + START];
    }

    /** How many bytes a value takes as it is written. */
    public int length(int value) {
        return places[value + END] - places[value + START];
    }

    /** Writes a value to {@code out} as it came. */
    public void copy(int value, ByteBuf out) {
        out.writeBytes(bytes, start + places[value + START], length(value));
    }

    /** Writes a string to {@code out} as it came, without its quotes. */
    public void copyInside(int string, ByteBuf out) {
        out.writeBytes(bytes, start + places[string + START] + 1, length(string) - 2);
    }

    /** Writes a member's name to {@code out} as it came, without its quotes. */
    public void copyName(int member, ByteBuf out) {
        int from = places[member + NAME_START];
        out.writeBytes(bytes, start + from, places[member + NAME_END] - from);
    }

    /** Writes to {@code out} what stands between the quotes of a string that says this value. */
    public void copyEscaped(int value, ByteBuf out) {
        JsonStrings.escape(bytes, start + places[value + START], start + places[value + END], out);
    }

    private boolean is(String ascii, int from, int to) {
        int length = ascii.length();
        if (to - from != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes[from + i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean isEscaped(int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\\') {
                return true;
            }
        }
        return false;
    }

    private String decoded(int from, int to) {
        return JsonStrings.unescaped(bytes, start + from, start + to);
    }
}
