package dev.culvert.daemon.front.mcp;

import dev.culvert.daemon.http.HeaderLines;
import dev.culvert.io.Quoted;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonMembers;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** Reads what the daemon's own routes answer. */
final class Inner {
    static final String JSON = "application/json";

    private Inner() {}

    /** The sentence of a problem. Borrows {@code body}. */
    static String error(HttpResponseStatus status, ByteBuf body) {
        try {
            JsonMembers members = JsonText.members(body);
            while (members.next()) {
                if (members.kind() == '"' && members.isNamed("error")) {
                    return members.text();
                }
            }
        } catch (BadJsonException _) {
            // then the status has to do
        }
        return "The request ended with %s.".formatted(Quoted.word(status.toString()));
    }

    /** The id of the run that the headers name; null if they name none. */
    static @Nullable String run(HeaderLines headers) {
        for (int i = 0; i < headers.count(); i++) {
            if (headers.name(i).contentEquals("culvert-op")) {
                return headers.value(i).toString();
            }
        }
        return null;
    }
}
