package dev.culvert.guest.local;

import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonMembers;
import dev.culvert.json.JsonText;
import dev.culvert.subject.NoteReader;
import dev.culvert.subject.Subject;
import dev.culvert.subject.SubjectMatch;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** What a program says in one line. Data is lent as the line is. */
sealed interface LocalLine {
    /** Names the line in its answer; empty if the program gave none. */
    String id();

    record Publish(String id, Subject subject, @Nullable Subject reply, ByteBuf data)
            implements LocalLine {}

    record Request(String id, Subject subject, ByteBuf data) implements LocalLine {}

    /** The program answers these subjects from now on. */
    record Answer(String id, SubjectMatch match) implements LocalLine {}

    /** The program gets what is published on these subjects from now on. */
    record Subscribe(String id, SubjectMatch match) implements LocalLine {}

    /** Answers the request with that id. */
    record Reply(String id, ByteBuf data) implements LocalLine {}

    /** The request with that id has no answer. */
    record Failed(String id, String message) implements LocalLine {}

    /** It cannot be understood. */
    record Malformed(String id, String why) implements LocalLine {}

    /** The most characters of an id. */
    int MOST_ID_CHARACTERS = 64;

    /** Reads a line, which is lent. */
    static LocalLine read(ByteBuf line) {
        JsonMembers members;
        try {
            members = JsonText.members(line);
        } catch (BadJsonException bad) {
            return new Malformed("", "the line is not one JSON object: " + bad.detail());
        }
        String id = "";
        try {
            NoteReader note = new NoteReader(line, members);
            id = id(note.text("id"));
            return read(id, note);
        } catch (IllegalArgumentException malformed) {
            return new Malformed(id, String.valueOf(malformed.getMessage()));
        }
    }

    private static LocalLine read(String id, NoteReader note) {
        String type = note.text("type");
        return switch (type == null ? "" : type) {
            case "publish" -> new Publish(id, note.subject(), note.reply(), note.data());
            case "request" -> new Request(id, note.subject(), note.data());
            case "answer" -> new Answer(id, match(note.text("match")));
            case "subscribe" -> new Subscribe(id, match(note.text("match")));
            case "reply" -> new Reply(id, note.data());
            case "error" -> new Failed(id, message(note.text("message")));
            default ->
                    throw new IllegalArgumentException(
                            "'type' must be \"publish\", \"request\", \"subscribe\", \"answer\","
                                    + " \"reply\" or \"error\"");
        };
    }

    private static String id(@Nullable String id) {
        if (id == null) {
            return "";
        }
        boolean isPlain = id.chars().allMatch(c -> c > ' ' && c <= '~' && c != '"' && c != '\\');
        if (id.length() > MOST_ID_CHARACTERS || !isPlain) {
            throw new IllegalArgumentException(
                    "'id' must have at most "
                            + MOST_ID_CHARACTERS
                            + " visible ASCII characters, without quotes and backslashes");
        }
        return id;
    }

    private static SubjectMatch match(@Nullable String match) {
        if (match == null) {
            throw new IllegalArgumentException(
                    "'match' is missing: it is a subject such as build.*");
        }
        return SubjectMatch.of(match);
    }

    private static String message(@Nullable String message) {
        return message == null ? "the program gave no reason" : message;
    }
}
