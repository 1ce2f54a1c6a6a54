package dev.culvert.daemon.front.mcp;

import dev.culvert.daemon.operations.Operation;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;

/** The addresses of resources. */
final class ResourceUri {
    static final String SCHEME = "culvert://";
    static final String AGENTS = SCHEME + "agents/";
    static final String CONFIG = "/config";
    static final String TURNS = SCHEME + "turns/";
    static final String ANSWER = "/answer";
    static final String READS = SCHEME + "read/";
    static final String LOGS = SCHEME + "logs";

    private ResourceUri() {}

    static String agent(String id) {
        return AGENTS + id;
    }

    static String answer(String turn) {
        return TURNS + turn + ANSWER;
    }

    /**
     * Where the result of an operation that only reads can be read again.
     *
     * @param arguments one JSON object with texts and numbers, borrowed
     */
    static String read(Operation operation, ByteBuf arguments) {
        StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
        JsonMembers members = new JsonMembers(arguments, JsonMembers.find(arguments));
        while (members.next()) {
            if (members.kind() != 'n') {
                String value = members.kind() == '"' ? members.text() : members.literal();
                query.add(encoded(members.name()) + "=" + encoded(value));
            }
        }
        return READS + operation.name() + query;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
