package dev.culvert.subject;

import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the members of a note that somebody sends. Whoever does not know a member ignores it. Each
 * method throws an {@link IllegalArgumentException} with one sentence for the sender.
 */
public final class NoteReader {
    private static final String DATA = "data";
    private static final List<String> KNOWN =
            List.of("subject", "reply", DATA, "type", "id", "match", "code", "message");

    private record Place(byte kind, int start, int end, String text) {}

    private final ByteBuf json;
    private final Map<String, Place> members = new HashMap<>();

    /** Borrows {@code json}, of which {@code all} are the members, as long as it is used. */
    public NoteReader(ByteBuf json, JsonMembers all) {
        this.json = json;
        while (all.next()) {
            String name = known(all);
            if (name != null && members.put(name, place(name, all)) != null) {
                throw new IllegalArgumentException("'" + name + "' is there twice: give it once");
            }
        }
    }

    /** Null for any other: whoever sends many of those must not fill the memory. */
    private static @Nullable String known(JsonMembers all) {
        for (String name : KNOWN) {
            if (all.isNamed(name)) {
                return name;
            }
        }
        return null;
    }

    private static Place place(String name, JsonMembers all) {
        byte kind = all.kind();
        String text = kind == '"' && !name.equals(DATA) ? all.text() : "";
        return new Place(kind, all.valueStart(), all.valueEnd(), text);
    }

    /** The text of a member; null if it is absent or null. */
    public @Nullable String text(String name) {
        Place place = members.get(name);
        if (place == null || place.kind == 'n') {
            return null;
        }
        if (place.kind != '"') {
            throw new IllegalArgumentException("'" + name + "' must be a string");
        }
        return place.text;
    }

    public Subject subject() {
        String subject = text("subject");
        if (subject == null) {
            throw new IllegalArgumentException("'subject' is missing: it is a string");
        }
        return new Subject(subject);
    }

    /** The subject to which a reply goes; null if none is wanted. */
    public @Nullable Subject reply() {
        String reply = text("reply");
        return reply == null ? null : new Subject(reply);
    }

    /** A part of the buffer, lent as that is. */
    public ByteBuf data() {
        Place data = members.get(DATA);
        if (data == null) {
            throw new IllegalArgumentException("'data' is missing: it is any JSON value");
        }
        return json.slice(data.start, data.end - data.start);
    }
}
