package dev.culvert.daemon.front.mcp;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Request;
import dev.culvert.io.Quoted;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request says about the client that sent it.
 *
 * @param isModern whether it speaks a revision without {@code initialize}
 * @param elicits whether its user can be asked something by a form, with a result
 * @param takesRequests whether its user can be asked by a request on the stream of a call, as in
 *     the revisions with {@code initialize}
 * @param progressToken as it is written; null if the client wants no progress
 */
record Conversation(
        boolean isModern, boolean elicits, boolean takesRequests, @Nullable String progressToken) {
    /** How the id of a session ends whose client can ask its user. */
    static final String WITH_FORMS = "-forms";

    static final String MODERN = "2026-07-28";

    /** The latest first. */
    static final List<String> LEGACY = List.of("2025-11-25", "2025-06-18", "2025-03-26");

    private static final String META = "io.modelcontextprotocol/";
    private static final String VERSION = META + "protocolVersion";
    private static final String CAPABILITIES = META + "clientCapabilities";
    private static final String ENCODED = "=?base64?";
    private static final String END = "?=";

    /** Which member of params the header {@code mcp-name} repeats. */
    private static final Map<String, String> NAMED =
            Map.of("tools/call", "name", "prompts/get", "name", "resources/read", "uri");

    /**
     * Reads what the headers and the {@code _meta} of a request say.
     *
     * @throws RpcException when they contradict each other, or ask for another revision
     */
    static Conversation of(Request request, RpcMessage message) {
        String header = request.header(Header.MCP_PROTOCOL_VERSION);
        Params meta = message.params().object("_meta");
        String version = meta.text(VERSION);
        String token = meta.token("progressToken");
        if (version == null && (header == null || LEGACY.contains(header))) {
            String session = request.header(Header.MCP_SESSION_ID);
            boolean takes = session != null && session.endsWith(WITH_FORMS);
            return new Conversation(false, false, takes, token);
        }
        if (header == null) {
            throw RpcException.mismatch(
                    "The header 'mcp-protocol-version' is missing: send the revision that _meta"
                            + " names.");
        }
        if (version != null && !version.equals(header)) {
            throw RpcException.mismatch(
                    "The header 'mcp-protocol-version' says '%s' and _meta says '%s': send the same revision in both."
                            .formatted(Quoted.word(header), Quoted.word(version)));
        }
        if (!header.equals(MODERN)) {
            throw unsupported(header);
        }
        if (version == null) {
            throw incomplete(VERSION);
        }
        Params capabilities = meta.objectOrNull(CAPABILITIES);
        if (capabilities == null) {
            throw incomplete(CAPABILITIES);
        }
        checkHeaders(request, message);
        return new Conversation(true, elicits(capabilities), false, token);
    }

    static boolean elicits(Params capabilities) {
        Params elicitation = capabilities.objectOrNull("elicitation");
        return elicitation != null
                && (elicitation.isEmpty() || elicitation.objectOrNull("form") != null);
    }

    private static RpcException unsupported(String version) {
        return RpcException.refused(
                        BAD_REQUEST,
                        RpcException.UNSUPPORTED_VERSION,
                        "The revision '%s' of MCP is not known here: send %s, or begin with initialize in one of %s."
                                .formatted(Quoted.word(version), MODERN, String.join(", ", LEGACY)))
                .with(Map.of("supported", List.of(MODERN), "requested", Quoted.word(version)));
    }

    private static RpcException incomplete(String member) {
        return RpcException.refused(
                BAD_REQUEST,
                RpcException.INVALID_PARAMS,
                "params._meta needs '%s', which each request of revision %s has."
                        .formatted(member, MODERN));
    }

    private static void checkHeaders(Request request, RpcMessage message) {
        String method = String.valueOf(message.method());
        check("mcp-method", request.header(Header.MCP_METHOD), "method", method);
        String member = NAMED.get(method);
        String name = member == null ? null : message.params().text(member);
        if (name != null) {
            String header = request.header(Header.MCP_NAME);
            check("mcp-name", header == null ? null : decoded(header), "params." + member, name);
        }
    }

    private static void check(String name, @Nullable String header, String member, String value) {
        if (!value.equals(header)) {
            throw RpcException.mismatch(
                    header == null
                            ? "The header '%s' is missing: send what %s is.".formatted(name, member)
                            : "The header '%s' says '%s' and %s is '%s': send the same in both."
                                    .formatted(
                                            name, Quoted.word(header), member, Quoted.word(value)));
        }
    }

    /** A value that a header cannot have as it is comes in Base64, between two marks. */
    private static String decoded(String header) {
        if (!header.startsWith(ENCODED)
                || !header.endsWith(END)
                || header.length() < ENCODED.length() + END.length()) {
            return header;
        }
        try {
            String inside = header.substring(ENCODED.length(), header.length() - END.length());
            return new String(Base64.getDecoder().decode(inside), UTF_8);
        } catch (IllegalArgumentException e) {
            throw RpcException.mismatch("The header 'mcp-name' is not valid Base64.");
        }
    }
}
