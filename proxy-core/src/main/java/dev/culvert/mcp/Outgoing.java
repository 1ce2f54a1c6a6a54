package dev.culvert.mcp;

import dev.culvert.about.Version;
import dev.culvert.mcp.Tree.Members;
import dev.culvert.mcp.Tree.Numeral;
import dev.culvert.mcp.Tree.Text;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What we say to a server.
 *
 * @param id 0 if it wants no answer
 * @param method empty for an answer to a question of the server's
 * @param revision which it speaks; null before that is agreed
 * @param headers which it has over HTTP, besides those of all messages
 * @param json the message, in one line
 */
record Outgoing(
        long id,
        String method,
        @Nullable String revision,
        Map<String, String> headers,
        String json) {
    private static final String META = "io.modelcontextprotocol/";

    /** What we can do for a server: nothing. */
    private static final Members NO_CAPABILITIES = Members.NONE;

    /** A request that stands for itself. */
    static Outgoing modern(
            long id, String method, Map<String, Tree> params, Map<String, String> headers) {
        Map<String, Tree> all = new LinkedHashMap<>(params);
        Map<String, Tree> meta = new LinkedHashMap<>();
        meta.put(META + "protocolVersion", new Text(Revision.MODERN));
        meta.put(META + "clientInfo", self());
        meta.put(META + "clientCapabilities", NO_CAPABILITIES);
        meta.put("progressToken", new Numeral(Long.toString(id)));
        all.put("_meta", new Members(meta));
        Map<String, String> named = new LinkedHashMap<>(headers);
        named.put("Mcp-Method", method);
        if (method.equals("tools/call") && params.get("name") instanceof Text tool) {
            named.put("Mcp-Name", HeaderParams.encoded(tool.value()));
        }
        return new Outgoing(id, method, Revision.MODERN, named, request(id, method, all));
    }

    /** A request of a revision with {@code initialize}; null before that is agreed. */
    static Outgoing legacy(
            long id, String method, @Nullable String revision, Map<String, Tree> params) {
        Map<String, Tree> all = new LinkedHashMap<>(params);
        if (revision != null) {
            all.put("_meta", new Members(Map.of("progressToken", new Numeral(Long.toString(id)))));
        }
        return new Outgoing(id, method, revision, Map.of(), request(id, method, all));
    }

    private static String request(long id, String method, Map<String, Tree> params) {
        Map<String, Tree> message = message();
        message.put("id", new Numeral(Long.toString(id)));
        message.put("method", new Text(method));
        message.put("params", new Members(params));
        return new Members(message).json();
    }

    static Outgoing notice(String method, @Nullable String revision, Map<String, Tree> params) {
        Map<String, Tree> message = message();
        message.put("method", new Text(method));
        message.put("params", new Members(params));
        return new Outgoing(0, method, revision, Map.of(), new Members(message).json());
    }

    /** To {@code initialize}. */
    static Map<String, Tree> introduction() {
        Map<String, Tree> params = new LinkedHashMap<>();
        params.put("protocolVersion", new Text(Revision.LEGACY.getFirst()));
        params.put("capabilities", NO_CAPABILITIES);
        params.put("clientInfo", self());
        return params;
    }

    /** We are there; we can do nothing else that a server asks. */
    static Outgoing reply(Incoming.Question question, @Nullable String revision) {
        String what =
                question.method().equals("ping")
                        ? "\"result\":{}"
                        : "\"error\":{\"code\":-32601,\"message\":\"Method not found\"}";
        return new Outgoing(
                0,
                "",
                revision,
                Map.of(),
                "{\"jsonrpc\":\"2.0\",\"id\":" + question.id() + "," + what + "}");
    }

    private static Map<String, Tree> message() {
        Map<String, Tree> message = new LinkedHashMap<>();
        message.put("jsonrpc", new Text("2.0"));
        return message;
    }

    private static Members self() {
        Map<String, Tree> info = new LinkedHashMap<>();
        info.put("name", new Text("culvert"));
        info.put("version", new Text(Version.text()));
        return new Members(info);
    }
}
