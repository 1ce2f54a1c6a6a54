package dev.culvert.daemon.front.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonMembers;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * What an agent said in a turn, from Culvert's own events.
 *
 * @param failure a sentence; null if the turn ended well
 */
record SaidText(String text, @Nullable String failure) {
    private static final String EVENT = "event: ";
    private static final String DATA = "data: ";

    /** Borrows the whole of a stream. */
    static SaidText of(ByteBuf events) {
        StringBuilder said = new StringBuilder();
        String type = "";
        String failure = "it is not complete";
        for (String line : events.toString(UTF_8).split("\n", -1)) {
            if (line.startsWith(EVENT)) {
                type = line.substring(EVENT.length());
            } else if (line.startsWith(DATA)) {
                String data = line.substring(DATA.length());
                switch (type) {
                    case "chunk" -> said.append(member(data, "content", ""));
                    case "done" -> failure = null;
                    case "tool_blocked" -> failure = member(data, "reason", data);
                    case "error" -> failure = member(data, "message", data);
                    default -> {
                        // keepalives, and what a watcher missed
                    }
                }
            }
        }
        return new SaidText(said.toString(), failure);
    }

    private static String member(String data, String name, String otherwise) {
        try {
            JsonMembers members = JsonText.members(Unpooled.copiedBuffer(data, UTF_8));
            while (members.next()) {
                if (members.kind() == '"' && members.isNamed(name)) {
                    return members.text();
                }
            }
        } catch (BadJsonException _) {
            // one line of several: only a guest that breaks its objects over lines sends such
        }
        return otherwise;
    }
}
