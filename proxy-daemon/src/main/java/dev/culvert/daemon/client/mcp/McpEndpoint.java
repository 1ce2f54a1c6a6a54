package dev.culvert.daemon.client.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.EventReader;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.http.Response;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.Closeable;
import java.io.IOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The daemon as a server of the Model Context Protocol. A client of the revisions that begin with
 * {@code initialize} gets its session and its revision added to what it sends. Thread-safe.
 */
public final class McpEndpoint implements Answering {
    static final String MODERN = "2026-07-28";

    private static final String PATH = "/mcp";
    static final String META = "io.modelcontextprotocol/";
    static final String VERSION = META + "protocolVersion";
    private static final String SESSION = "mcp-session-id";
    private static final Set<Integer> REFUSED = Set.of(401, 403, 429);

    private final Api api;
    private volatile String session = "";
    private volatile String agreed = "";

    public McpEndpoint(Api api) {
        this.api = api;
    }

    @Override
    public void send(Value message, Consumer<Closeable> opened, Consumer<Value> each)
            throws IOException {
        try (Response response = api.send(request(message))) {
            opened.accept(response);
            if (response.header("content-type").startsWith("text/event-stream")) {
                try (EventReader events = new EventReader(response)) {
                    for (EventReader.Event event = events.next();
                            event != null;
                            event = events.next()) {
                        each.accept(Value.parse(event.data()));
                    }
                }
                return;
            }
            String text = response.text();
            if (text.isBlank()) {
                return;
            }
            Value answer = answerTo(message, Value.parse(text));
            if (message.text("method").equals("initialize")) {
                session = response.header(SESSION);
                agreed = answer.at("result").text("protocolVersion");
            }
            each.accept(answer);
        }
    }

    /** What is refused before it is read has no id: it is that of the message. */
    private static Value answerTo(Value message, Value answer) {
        if (!answer.at("id").isNothing() || message.at("id").isNothing()) {
            return answer;
        }
        Map<String, Value> members = new LinkedHashMap<>(answer.map());
        members.put("id", message.at("id"));
        return new Value.Members(members);
    }

    private Request request(Value message) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("accept", "application/json, text/event-stream");
        String version = message.at("params", "_meta").text(VERSION);
        if (!version.isEmpty()) {
            headers.put("mcp-protocol-version", encoded(version));
            headers.put("mcp-method", encoded(message.text("method")));
            String name = name(message);
            if (!name.isEmpty()) {
                headers.put("mcp-name", encoded(name));
            }
        } else if (!agreed.isEmpty()) {
            headers.put("mcp-protocol-version", encoded(agreed));
            if (!session.isEmpty()) {
                headers.put(SESSION, encoded(session));
            }
        }
        return new Request("POST", PATH, headers, message.json(), Optional.empty());
    }

    private static String name(Value message) {
        return switch (message.text("method")) {
            case "tools/call", "prompts/get" -> message.at("params").text("name");
            case "resources/read" -> message.at("params").text("uri");
            default -> "";
        };
    }

    /** What a header cannot have as it is comes in Base64, between two marks. */
    private static String encoded(String text) {
        boolean isPlain =
                !text.startsWith("=?base64?")
                        && text.equals(text.strip())
                        && text.chars().allMatch(c -> c >= ' ' && c <= '~');
        return isPlain
                ? text
                : "=?base64?" + Base64.getEncoder().encodeToString(text.getBytes(UTF_8)) + "?=";
    }

    /**
     * Asks something in the newest revision.
     *
     * @param members of params, names and values by turns
     * @return the result
     * @throws ProblemException when the daemon does not let the caller in
     * @throws IOException when the answer is an error
     */
    public Value ask(String method, Object... members) throws IOException {
        Map<String, Value> params = new LinkedHashMap<>(Value.members(members).map());
        params.put(
                "_meta",
                Value.members(VERSION, MODERN, META + "clientCapabilities", Value.members()));
        Value message =
                Value.members(
                        "jsonrpc",
                        "2.0",
                        "id",
                        1,
                        "method",
                        method,
                        "params",
                        new Value.Members(params));
        try (Response response = api.send(request(message))) {
            Value answer = answer(response);
            Value error = answer.at("error");
            if (REFUSED.contains(response.status())) {
                throw ProblemException.of(
                        response,
                        Value.members(
                                "error", error.text("message"), "code", error.at("data", "code")));
            }
            if (!error.isNothing()) {
                throw new IOException(
                        "%s is answered with the error %s: %s"
                                .formatted(method, error.text("code"), error.text("message")));
            }
            return answer.at("result");
        }
    }

    private static Value answer(Response response) throws IOException {
        try {
            return response.value();
        } catch (BadValueException e) {
            throw new IOException(
                    "what answers with %d at this address is no daemon that speaks MCP"
                            .formatted(response.status()),
                    e);
        }
    }
}
