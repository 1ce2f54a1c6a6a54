package dev.culvert.daemon.front.mcp;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.LargeRequests;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * {@code POST /mcp}: one message of the Model Context Protocol. There is no stream of the server's
 * own and no session to end, so GET and DELETE are refused with 405, as the protocol says.
 */
final class McpRoute implements Route {
    private static final AsciiString SESSION = AsciiString.cached("mcp-session-id");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SESSION_BYTES = 16;
    private static final String WITHOUT_FORMS = "2025-03-26";

    /** What a caller may do changes rarely. */
    private static final int LISTS_TTL_MILLIS = 60_000;

    private static final int RESOURCES_TTL_MILLIS = 1_000;

    private static final String INSTRUCTIONS =
            "Culvert is the road to AI agents in MicroVMs. The tool ask gives an agent a task; the"
                    + " other tools look after the agents and the daemon. agents_list says which"
                    + " agents there are.";

    private final Tools tools;
    private final Resources resources;
    private final Asking asking;
    private final LargeRequests requests;

    McpRoute(Tools tools, Resources resources, Asking asking, LargeRequests requests) {
        this.tools = tools;
        this.resources = resources;
        this.asking = asking;
        this.requests = requests;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of(McpFront.PATH);
    }

    /** Each tool needs what its operation does. */
    @Override
    public Need need(HttpMethod method) {
        return Need.A_CALLER;
    }

    @Override
    public boolean readsLargeBodies() {
        return true;
    }

    @Override
    public void handle(Request request, Answer answer) {
        requests.read(request, answer, () -> read(request, answer));
    }

    /** Reads the message, perhaps on a worker. What is returned answers it. */
    private Runnable read(Request request, Answer answer) {
        RpcMessage message;
        try {
            message = RpcMessage.read(request.body());
        } catch (RpcException mistake) {
            return () -> new RpcAnswer(answer).error(mistake);
        }
        ByteBuf body = request.body().retain();
        return () -> {
            try {
                if (answer.isOpen()) {
                    handle(request, message, new RpcAnswer(answer));
                }
            } finally {
                body.release();
            }
        };
    }

    private void handle(Request request, RpcMessage message, RpcAnswer response) {
        try {
            response.isTo(message.id());
            message.check();
            if (message.isRequest()) {
                Conversation client = Conversation.of(request, message);
                if (client.isModern()) {
                    response.isModern();
                }
                handle(request, client, message, response);
            } else if (message.method() == null) {
                AnsweredQuestion.decide(request, message, response);
            } else {
                noted(request, message);
                response.accepted();
            }
        } catch (RpcException mistake) {
            response.error(mistake);
        } catch (ProblemException e) {
            response.problem(e.problem());
        }
    }

    /** A client of the earlier revisions cancels by a notification; the later ones just leave. */
    private void noted(Request request, RpcMessage message) {
        if ("notifications/cancelled".equals(message.method())) {
            String id = message.params().token("requestId");
            if (id != null) {
                asking.cancel(request, id);
            }
        }
    }

    private void handle(
            Request request, Conversation client, RpcMessage message, RpcAnswer answer) {
        Params params = message.params();
        String method = String.valueOf(message.method());
        switch (method) {
            case "tools/call" -> tools.call(request, client, params, answer);
            case "tools/list" ->
                    list(client, answer, LISTS_TTL_MILLIS, json -> tools.list(request, json));
            case "resources/list" ->
                    list(
                            client,
                            answer,
                            RESOURCES_TTL_MILLIS,
                            json -> resources.list(request, params, json));
            case "resources/templates/list" ->
                    list(
                            client,
                            answer,
                            LISTS_TTL_MILLIS,
                            json -> resources.templates(request, json));
            case "resources/read" -> resources.read(request, client, params, answer);
            case "prompts/list" -> list(client, answer, LISTS_TTL_MILLIS, Prompts::list);
            case "prompts/get" -> {
                Json.Body prompt = Prompts.get(params);
                answer.result(json -> {
                    prompt.write(json);
                    RpcWriter.meta(json, _ -> {});
                });
            }
            default -> begin(client, method, params, answer);
        }
    }

    /** How a client begins, which each era does in its own way. */
    private static void begin(Conversation client, String method, Params params, RpcAnswer answer) {
        if (client.isModern() && method.equals("server/discover")) {
            list(
                    client,
                    answer,
                    LISTS_TTL_MILLIS,
                    json -> {
                        json.writeArrayFieldStart("supportedVersions");
                        json.writeString(Conversation.MODERN);
                        json.writeEndArray();
                        describe(json);
                    });
        } else if (!client.isModern() && method.equals("initialize")) {
            initialize(params, answer);
        } else if (!client.isModern() && method.equals("ping")) {
            answer.result(_ -> {});
        } else {
            throw RpcException.refused(
                    NOT_FOUND,
                    RpcException.METHOD_NOT_FOUND,
                    "There is no method '%s' here in this revision of MCP."
                            .formatted(Quoted.word(method)));
        }
    }

    private static void initialize(Params params, RpcAnswer answer) {
        String asked = params.needed("protocolVersion");
        String agreed =
                Conversation.LEGACY.contains(asked) ? asked : Conversation.LEGACY.getFirst();
        byte[] session = new byte[SESSION_BYTES];
        RANDOM.nextBytes(session);
        boolean canAsk =
                !agreed.equals(WITHOUT_FORMS)
                        && Conversation.elicits(params.object("capabilities"));
        answer.header(
                SESSION,
                HexFormat.of().formatHex(session) + (canAsk ? Conversation.WITH_FORMS : ""));
        answer.result(json -> {
            json.writeStringField("protocolVersion", agreed);
            describe(json);
            RpcWriter.server(json, "serverInfo");
        });
    }

    private static void describe(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("capabilities");
        for (String capability : List.of("tools", "resources", "prompts")) {
            json.writeObjectFieldStart(capability);
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeStringField("instructions", INSTRUCTIONS);
    }

    private static void list(
            Conversation client, RpcAnswer answer, int ttlMillis, Json.Body members) {
        answer.result(json -> {
            members.write(json);
            mayBeKept(json, client, ttlMillis);
            RpcWriter.meta(json, _ -> {});
        });
    }

    /** For how long a client may use the result again, for this caller only. */
    static void mayBeKept(JsonGenerator json, Conversation client, int ttlMillis)
            throws IOException {
        if (client.isModern()) {
            json.writeNumberField("ttlMs", ttlMillis);
            json.writeStringField("cacheScope", "private");
        }
    }
}
