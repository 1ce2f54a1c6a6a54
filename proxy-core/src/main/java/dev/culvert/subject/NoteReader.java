package dev.culvert.subject;

import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the members of a note that somebody sends. Whoever does not know a member ignores it. Each
 * method throws an {@link IllegalArgumentException} with one sentence for the sender.
 */
public final class NoteReader {
    private static final String DATA = "data";
    private static final String MISSED = "missed";
    private static final Pattern AGENT = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final List<String> KNOWN =
            List.of(
                    "subject",
                    "reply",
                    DATA,
                    "type",
                    "id",
                    "match",
                    "code",
                    "message",
                    "agent",
                    "timestamp",
                    MISSED);

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
        String text = "";
        if (name.equals(MISSED)) {
            text = String.valueOf(all.digits(Integer.MAX_VALUE));
        } else if (kind == '"' && !name.equals(DATA)) {
            text = all.text();
        }
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

    /** The id of the agent that says it; null if there is none that could be one. */
    public @Nullable String agent() {
        String agent = text("agent");
        return agent == null || !AGENT.matcher(agent).matches() ? null : agent;
    }

    /** When it was said; now if the sender did not say so in a way that can be understood. */
    public Instant timestamp() {
        try {
            String said = text("timestamp");
            return said == null ? Instant.now() : Instant.parse(said);
        } catch (DateTimeParseException _) {
            return Instant.now();
        }
    }

    /** How many messages are missing. */
    public long missed() {
        Place place = members.get(MISSED);
        long count = place == null ? -1 : Long.parseLong(place.text);
        if (count < 0) {
            throw new IllegalArgumentException("'missed' must be a whole number");
        }
        return count;
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
