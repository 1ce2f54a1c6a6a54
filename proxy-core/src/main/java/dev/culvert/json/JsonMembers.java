package dev.culvert.json;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The members of an object, one after the other; a value that is not an object has none. Borrows
 * the text for as long as it is used.
 */
public final class JsonMembers {
    /** Where a name and its value begin and end, the name without its quotes. */
    private static final int NUMBERS = 4;

    private static final int NAME_START = 0;
    private static final int NAME_END = 1;
    private static final int VALUE_START = 2;
    private static final int VALUE_END = 3;

    /** Any number of so many digits fits an int. */
    private static final int MOST_DIGITS = 9;

    private static final FastThreadLocal<Finder> HERE =
            new FastThreadLocal<>() {
                @Override
                protected Finder initialValue() {
                    return new Finder();
                }
            };

    private final ByteBuf text;
    private final int[] places;
    private int at = -NUMBERS;

    /**
     * @param places in {@code text}, as {@link #find} or a {@link Finder} found them
     */
    public JsonMembers(ByteBuf text, int[] places) {
        this.text = text;
        this.places = places;
    }

    /** Notes where the members of a value are, counted from its first byte. Reusable. */
    public static final class Finder {
        /** More than any payload of the protocol has; a peer may send many more. */
        private static final int MOST = 32;

        private final int most;
        private int[] places = new int[8 * NUMBERS];
        private boolean foundAll;
        private int used;
        private int base;
        private boolean holdsTrue;

        public Finder() {
            this(MOST);
        }

        private Finder(int most) {
            this.most = most;
        }

        /** That of this thread, until it is asked for again. */
        static Finder here() {
            return HERE.get();
        }

        /** One that notes any number of members. */
        static Finder ofMany() {
            return new Finder(Integer.MAX_VALUE / NUMBERS);
        }

        /** Forgets the last value. */
        public void clear() {
            used = 0;
            foundAll = true;
            holdsTrue = false;
        }

        /** {@code text} is about to read the members of the value that it is at. */
        public void begin(JsonScanner text) {
            clear();
            base = text.valueStart();
        }

        /** The same; the members are counted from the first byte of the text. */
        void beginAtStart() {
            clear();
            base = 0;
        }

        /** {@code text} has just read a member. */
        public void note(JsonScanner text) {
            holdsTrue |= text.kind() == 't';
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

        /** Whether any member is {@code true}. */
        public boolean holdsTrue() {
            return holdsTrue;
        }

        /** Null where there are more members than it notes. */
        public int @Nullable [] places() {
            return foundAll ? Arrays.copyOf(places, used) : null;
        }
    }

    /**
     * Where the members of {@code value} are, counted from its first byte; it was checked before.
     * Borrows it.
     */
    public static int[] find(ByteBuf value) {
        if (!value.isReadable()) {
            return new int[0];
        }
        int[] few = places(value, HERE.get());
        return few == null ? requireNonNull(places(value, Finder.ofMany())) : few;
    }

    private static int @Nullable [] places(ByteBuf value, Finder finder) {
        JsonScanner text = JsonScanner.of(value, JsonLimits.FRAME);
        text.toValue();
        finder.clear();
        finder.base = 0; // blanks may come first
        if (text.kind() == '{') {
            text.enter();
            while (text.next()) {
                text.skip();
                finder.note(text);
            }
        }
        return finder.places();
    }

    /** Whether a member of that name is {@code true}. */
    public static boolean isTrue(ByteBuf text, int[] places, String member) {
        JsonMembers members = new JsonMembers(text, places);
        boolean isTrue = false;
        while (members.next()) {
            isTrue |= members.kind() == 't' && members.isNamed(member);
        }
        return isTrue;
    }

    /** Steps to the next member; false after the last one. */
    public boolean next() {
        at += NUMBERS;
        return at < places.length;
    }

    /** Whether the member has this name, which is plain ASCII. */
    public boolean isNamed(String name) {
        int from = index(NAME_START);
        int length = index(NAME_END) - from;
        if (length != name.length()) {
            return text.indexOf(from, from + length, (byte) '\\') >= 0 && name().equals(name);
        }
        for (int i = 0; i < length; i++) {
            if (text.getByte(from + i) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    public String name() {
        return decoded(index(NAME_START), index(NAME_END));
    }

    /** The index in the buffer at which the name begins, after its quote. */
    public int nameStart() {
        return index(NAME_START);
    }

    /** The first byte of the value, which tells its kind. */
    public byte kind() {
        return text.getByte(index(VALUE_START));
    }

    /** The value, which is a string. */
    public String text() {
        return decoded(index(VALUE_START) + 1, index(VALUE_END) - 1);
    }

    /** The value if it is a whole number from 0 to 999,999,999, in digits alone; else 0. */
    public int count() {
        int from = index(VALUE_START);
        int to = index(VALUE_END);
        if (to - from > MOST_DIGITS) {
            return 0;
        }
        int number = 0;
        for (int i = from; i < to; i++) {
            byte digit = text.getByte(i);
            if (digit < '0' || digit > '9') {
                return 0;
            }
            number = 10 * number + digit - '0';
        }
        return number;
    }

    /** The value if it is a whole number from 0 to {@code most}, in digits alone; else -1. */
    public long digits(long most) {
        long number = 0;
        for (int i = index(VALUE_START); i < index(VALUE_END); i++) {
            byte digit = text.getByte(i);
            if (digit < '0' || digit > '9' || number > most) {
                return -1;
            }
            number = 10 * number + (digit - '0');
        }
        return number > most ? -1 : number;
    }

    /**
     * The value, which is a number, {@code true}, {@code false} or {@code null}, as it is written.
     */
    public String literal() {
        int from = index(VALUE_START);
        return text.toString(from, index(VALUE_END) - from, US_ASCII);
    }

    /** The index in the buffer at which the value begins. */
    public int valueStart() {
        return index(VALUE_START);
    }

    /** The index after the last byte of the value. */
    public int valueEnd() {
        return index(VALUE_END);
    }

    private int index(int which) {
        return text.readerIndex() + places[at + which];
    }

    private String decoded(int from, int to) {
        byte[] bytes = new byte[to - from];
        text.getBytes(from, bytes);
        for (byte b : bytes) {
            if (b == '\\') {
                return JsonStrings.unescaped(bytes, 0, bytes.length);
            }
        }
        return new String(bytes, UTF_8);
    }
}
