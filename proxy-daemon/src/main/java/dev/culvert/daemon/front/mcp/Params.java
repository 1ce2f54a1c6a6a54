package dev.culvert.daemon.front.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object of a message. Of several members of one name the last counts, as in JavaScript.
 * Borrows the message.
 */
final class Params {
    /** An object without members. */
    static final Params NONE = new Params(Unpooled.EMPTY_BUFFER);

    private final ByteBuf object;

    /** Where its members are: a large object is gone over once. */
    private final int[] places;

    /**
     * @param object was checked to be JSON
     */
    Params(ByteBuf object) {
        this.object = object;
        places = JsonMembers.find(object);
    }

    /** As it was written; empty if there is none. */
    ByteBuf json() {
        return object;
    }

    /** The text of that name; null if there is none. */
    @Nullable String text(String name) {
        JsonMembers member = string(name);
        return member == null ? null : member.text();
    }

    private @Nullable JsonMembers string(String name) {
        JsonMembers member = find(name);
        if (member == null || member.kind() == 'n') {
            return null;
        }
        if (member.kind() != '"') {
            throw wrong(name, "a string");
        }
        return member;
    }

    /** The same as it is written, with its quotes; null if there is none. Lent. */
    @Nullable ByteBuf textAsWritten(String name) {
        JsonMembers member = string(name);
        return member == null ? null : value(member);
    }

    /** The text of that name. */
    String needed(String name) {
        String text = text(name);
        if (text == null) {
            throw RpcException.invalidParams("'" + name + "' is missing: give a string.");
        }
        return text;
    }

    /** The object of that name; one without members if there is none. */
    Params object(String name) {
        Params found = objectOrNull(name);
        return found == null ? NONE : found;
    }

    /** The object of that name; null if there is none. */
    @Nullable Params objectOrNull(String name) {
        JsonMembers member = find(name);
        if (member == null || member.kind() == 'n') {
            return null;
        }
        if (member.kind() != '{') {
            throw wrong(name, "an object");
        }
        return new Params(value(member));
    }

    /** The string or whole number of that name, as it is written; null if there is none. */
    @Nullable String token(String name) {
        JsonMembers member = find(name);
        if (member == null || member.kind() == 'n') {
            return null;
        }
        String token = RpcMessage.token(value(member));
        if (token == null) {
            throw wrong(
                    name,
                    "a string or a whole number of up to %d bytes"
                            .formatted(RpcMessage.MOST_ID_BYTES));
        }
        return token;
    }

    /** Whether a member of that name is {@code true}. */
    boolean isTrue(String name) {
        JsonMembers member = find(name);
        return member != null && member.kind() == 't';
    }

    boolean isEmpty() {
        return places.length == 0;
    }

    private @Nullable JsonMembers find(String name) {
        JsonMembers members = new JsonMembers(object, places);
        int index = -1;
        for (int i = 0; members.next(); i++) {
            if (members.isNamed(name)) {
                index = i;
            }
        }
        if (index < 0) {
            return null;
        }
        JsonMembers found = new JsonMembers(object, places);
        for (int i = 0; i <= index; i++) {
            found.next();
        }
        return found;
    }

    private ByteBuf value(JsonMembers member) {
        int start = member.valueStart();
        return object.slice(start, member.valueEnd() - start);
    }

    private static RpcException wrong(String name, String wanted) {
        return RpcException.invalidParams("'%s' must be %s.".formatted(Quoted.word(name), wanted));
    }

    @Override
    public String toString() {
        return Quoted.cut(object.toString(UTF_8), 200);
    }
}
