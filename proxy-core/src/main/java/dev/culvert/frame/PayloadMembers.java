package dev.culvert.frame;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The members of a payload, one after the other, for those who look into it; a payload that is no
 * object has none. Lent, as the payload is.
 */
public final class PayloadMembers {
    /** Where a name and its value begin and end, without quotes and with them. */
    private static final int NUMBERS = 4;

    private static final int NAME_START = 0;
    private static final int NAME_END = 1;
    private static final int VALUE_START = 2;
    private static final int VALUE_END = 3;

    /** So many fit an int. */
    private static final int MOST_DIGITS = 9;

    private static final FastThreadLocal<Finder> HERE =
            new FastThreadLocal<>() {
                @Override
                protected Finder initialValue() {
                    return new Finder(Finder.USUALLY, null);
                }
            };

    private final ByteBuf payload;
    private final int[] places;
    private int at = -NUMBERS;

    /**
     * @param places as a {@link Finder} has found them in it
     */
    PayloadMembers(ByteBuf payload, int[] places) {
        this.payload = payload;
        this.places = places;
    }

    /**
     * Notes where members stand, counted from the first byte of their payload. Used again and
     * again.
     */
    static final class Finder {
        /** More than any payload of the protocol has. */
        static final int USUALLY = 32;

        private final int most;
        private final @Nullable ChunkShape shape;
        private int[] places = new int[8 * NUMBERS];
        private boolean foundAll;
        private int used;
        private int base;
        private boolean holdsTrue;

        /**
         * @param most how many to note: a peer may send more of them than are worth their memory
         * @param shape judges the payload in the same pass; null where nobody asks
         */
        Finder(int most, @Nullable ChunkShape shape) {
            this.most = most;
            this.shape = shape;
        }

        /** There is no payload so far. */
        void clear() {
            used = 0;
            foundAll = true;
            holdsTrue = false;
            if (shape != null) {
                shape.clear();
            }
        }

        /** Goes through the value in front of which {@code text} stands. */
        void read(JsonScanner text) {
            clear();
            base = text.valueStart();
            if (shape != null) {
                shape.begin(text.kind());
            }
            if (text.kind() != '{') {
                text.skip();
                return;
            }
            text.enter();
            while (text.next()) {
                if (shape == null) {
                    text.skip();
                } else {
                    shape.pass(text);
                }
                holdsTrue |= text.kind() == 't';
                note(text);
            }
        }

        private void note(JsonScanner text) {
            if (used == most * NUMBERS) {
                foundAll = false;
                return;
            }
            if (used == places.length) {
                places = Arrays.copyOf(places, 2 * used);
            }
            places[used + NAME_START] = text.nameStart() - base;
            places[used + NAME_END] = text.nameEnd() - base;
            places[used + VALUE_START] = text.valueStart() - base;
            places[used + VALUE_END] = text.valueEnd() - base;
            used += NUMBERS;
        }

        /** Whether any of them is {@code true}. */
        boolean holdsTrue() {
            return holdsTrue;
        }

        /** Null where there are more. */
        int @Nullable [] places() {
            return foundAll ? Arrays.copyOf(places, used) : null;
        }
    }

    /** Of a payload that arrived in a frame, and so is in order. */
    static int[] find(ByteBuf payload) {
        if (!payload.isReadable()) {
            return new int[0];
        }
        int[] few = places(payload, HERE.get());
        return few == null
                ? requireNonNull(places(payload, new Finder(Integer.MAX_VALUE / NUMBERS, null)))
                : few;
    }

    private static int @Nullable [] places(ByteBuf payload, Finder finder) {
        JsonScanner text = JsonScanner.of(payload, FrameLimits.DEFAULTS);
        text.begin();
        finder.read(text);
        return finder.places();
    }

    static boolean isTrue(ByteBuf payload, int[] places, String member) {
        PayloadMembers members = new PayloadMembers(payload, places);
        boolean isTrue = false;
        while (members.next()) {
            isTrue |= members.kind() == 't' && members.isNamed(member);
        }
        return isTrue;
    }

    /** Goes on to the next member; false behind the last one. */
    public boolean next() {
        at += NUMBERS;
        return at < places.length;
    }

    /** Whether the member has this name, which is plain ASCII. */
    public boolean isNamed(String name) {
        int from = index(NAME_START);
        int length = index(NAME_END) - from;
        if (length != name.length()) {
            return payload.indexOf(from, from + length, (byte) '\\') >= 0 && name().equals(name);
        }
        for (int i = 0; i < length; i++) {
            if (payload.getByte(from + i) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    public String name() {
        return decoded(index(NAME_START), index(NAME_END));
    }

    /** The first byte of the value, which says of what kind it is. */
    public byte kind() {
        return payload.getByte(index(VALUE_START));
    }

    /** The value, which is a string. */
    public String text() {
        return decoded(index(VALUE_START) + 1, index(VALUE_END) - 1);
    }

    /** The value where it is a whole number from 0 to 999,999,999, in digits alone; 0 where not. */
    public int count() {
        int from = index(VALUE_START);
        int to = index(VALUE_END);
        if (to - from > MOST_DIGITS) {
            return 0;
        }
        int number = 0;
        for (int i = from; i < to; i++) {
            byte digit = payload.getByte(i);
            if (digit < '0' || digit > '9') {
                return 0;
            }
            number = 10 * number + digit - '0';
        }
        return number;
    }

    /** The index in the payload's buffer at which the value begins. */
    public int valueStart() {
        return index(VALUE_START);
    }

    /** The one behind its last byte. */
    public int valueEnd() {
        return index(VALUE_END);
    }

    private int index(int which) {
        return payload.readerIndex() + places[at + which];
    }

    private String decoded(int from, int to) {
        byte[] bytes = new byte[to - from];
        payload.getBytes(from, bytes);
        for (byte b : bytes) {
            if (b == '\\') {
                return JsonStrings.unescaped(bytes, 0, bytes.length);
            }
        }
        return new String(bytes, UTF_8);
    }
}
