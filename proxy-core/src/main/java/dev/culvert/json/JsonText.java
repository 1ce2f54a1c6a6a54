package dev.culvert.json;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Checks, reads and writes JSON texts in buffers, within the limits of a frame. */
public final class JsonText {
    private JsonText() {}

    /**
     * Checks a text that will be sent as a payload and must be an object: no receiver refuses what
     * passes here. Borrows it.
     *
     * @throws BadJsonException saying what is wrong, and where
     */
    public static void checkObject(ByteBuf text) {
        check(text, null);
    }

    /**
     * The same, and returns whether the object has a member of that name, plain ASCII, that is a
     * list.
     */
    public static boolean hasList(ByteBuf text, String name) {
        JsonScanner scanner = JsonScanner.of(text, JsonLimits.PAYLOAD);
        boolean isThere = false;
        try {
            scanner.open();
            while (scanner.next()) {
                scanner.skip();
                isThere |= scanner.kind() == '[' && scanner.isNamed(name);
            }
            scanner.end();
        } catch (BadJsonException bad) {
            throw scanner.verdict(bad);
        }
        return isThere;
    }

    /** The same, and returns the members of the object. */
    public static JsonMembers members(ByteBuf text) {
        JsonMembers.Finder finder = JsonMembers.Finder.here();
        check(text, finder);
        int[] places = finder.places();
        if (places == null) {
            JsonMembers.Finder ofMany = JsonMembers.Finder.ofMany();
            check(text, ofMany);
            places = requireNonNull(ofMany.places());
        }
        return new JsonMembers(text, places);
    }

    private static void check(ByteBuf text, JsonMembers.@Nullable Finder members) {
        JsonScanner scanner = JsonScanner.of(text, JsonLimits.PAYLOAD);
        try {
            scanner.open();
            if (members != null) {
                members.beginAtStart();
            }
            while (scanner.next()) {
                scanner.skip();
                if (members != null) {
                    members.note(scanner);
                }
            }
            scanner.end();
        } catch (BadJsonException bad) {
            throw scanner.verdict(bad);
        }
    }

    /** What the inside of a string says that was checked before. Borrows it. */
    public static String unescaped(ByteBuf inside) {
        byte[] bytes = ByteBufUtil.getBytes(inside);
        return JsonStrings.unescaped(bytes, 0, bytes.length);
    }

    /** Borrows {@code text} until the parser is closed; its reader index stays. */
    public static JsonParser parser(ByteBuf text) throws IOException {
        return JsonParsers.FRAME.createParser(
                (InputStream) new ByteBufInputStream(text.duplicate()));
    }

    /** Writes to {@code out}, which stays the caller's; flushed when the generator is closed. */
    public static JsonGenerator generator(ByteBuf out) throws IOException {
        return generator(new ByteBufOutputStream(out));
    }

    /** Writes to {@code out}; flushed when the generator is closed. */
    public static JsonGenerator generator(OutputStream out) throws IOException {
        return JsonParsers.FRAME.createGenerator(out);
    }
}
