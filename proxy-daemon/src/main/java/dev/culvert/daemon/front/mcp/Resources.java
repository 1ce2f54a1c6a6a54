package dev.culvert.daemon.front.mcp;

import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpResponseStatus.GONE;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.InnerCall;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.operations.Effect;
import dev.culvert.daemon.operations.Operation;
import dev.culvert.daemon.operations.OperationCall;
import dev.culvert.daemon.operations.Operations;
import dev.culvert.daemon.operations.RecentLog;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.net.URLEncoder;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What a caller can read: agents, their configurations, turns, results of tools, and the log. */
final class Resources {
    private static final int PAGE = 100;
    private static final int ERRORS = 400;
    private static final String TEXT = "text/plain";

    private final AgentAccess access;
    private final RecentLog log;
    private final Supplier<DaemonSettings> settings;

    Resources(AgentAccess access, RecentLog log, Supplier<DaemonSettings> settings) {
        this.access = access;
        this.log = log;
        this.settings = settings;
    }

    private static boolean seesLog(Caller caller) {
        return Operations.isFor(caller, Need.OPERATE);
    }

    /**
     * The agents of the caller by id, a page at a time, after the log if the caller may read it.
     */
    void list(Request request, Params params, JsonGenerator json) throws IOException {
        String cursor = params.text("cursor");
        Caller caller = request.caller();
        json.writeArrayFieldStart("resources");
        if (cursor == null && seesLog(caller)) {
            describe(
                    json,
                    "uri",
                    ResourceUri.LOGS,
                    "logs",
                    "The latest lines of the daemon's log",
                    TEXT);
        }
        List<Agent> agents =
                caller.may(Need.READ_AGENTS)
                        ? access.fleet(request)
                                .after(cursor == null ? "" : cursor)
                                .limit(PAGE + 1L)
                                .toList()
                        : List.of();
        for (Agent agent : agents.subList(0, Math.min(PAGE, agents.size()))) {
            describe(
                    json,
                    "uri",
                    ResourceUri.agent(agent.id()),
                    agent.id(),
                    "The agent %s and how it is".formatted(agent.id()),
                    Inner.JSON);
        }
        json.writeEndArray();
        if (agents.size() > PAGE) {
            json.writeStringField("nextCursor", agents.get(PAGE - 1).id());
        }
    }

    void templates(Request request, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("resourceTemplates");
        if (request.caller().may(Need.READ_AGENTS)) {
            template(json, ResourceUri.AGENTS + "{id}", "agent", "An agent and how it is");
            template(
                    json,
                    ResourceUri.AGENTS + "{id}" + ResourceUri.CONFIG,
                    "config",
                    "The configuration of an agent, and whether the agent has it");
            template(json, ResourceUri.TURNS + "{id}", "turn", "What the daemon knows of a turn");
            describe(
                    json,
                    "uriTemplate",
                    ResourceUri.TURNS + "{id}" + ResourceUri.ANSWER,
                    "answer",
                    "All that an agent said in a turn, once the turn has ended",
                    TEXT);
        }
        template(
                json,
                ResourceUri.READS + "{operation}{?arguments*}",
                "read",
                "The whole result of an operation that only reads");
        json.writeEndArray();
    }

    private static void template(JsonGenerator json, String uri, String name, String title)
            throws IOException {
        describe(json, "uriTemplate", uri, name, title, Inner.JSON);
    }

    private static void describe(
            JsonGenerator json, String member, String uri, String name, String title, String type)
            throws IOException {
        json.writeStartObject();
        json.writeStringField(member, uri);
        json.writeStringField("name", name);
        json.writeStringField("title", title);
        json.writeStringField("mimeType", type);
        json.writeEndObject();
    }

    void read(Request request, Conversation client, Params params, RpcAnswer answer) {
        String uri = params.needed("uri");
        Reading reading = new Reading(uri, client, answer);
        if (uri.equals(ResourceUri.LOGS) && seesLog(request.caller())) {
            reading.tell(TEXT, log.text());
        } else if (uri.startsWith(ResourceUri.AGENTS)) {
            String id = uri.substring(ResourceUri.AGENTS.length());
            boolean ofConfig = id.endsWith(ResourceUri.CONFIG);
            String agent = ofConfig ? without(id, ResourceUri.CONFIG) : id;
            get(
                    request,
                    reading,
                    "/api/v1/agents/" + encoded(agent, reading) + (ofConfig ? "/config" : ""));
        } else if (uri.startsWith(ResourceUri.TURNS)) {
            String id = uri.substring(ResourceUri.TURNS.length());
            boolean ofAnswer = id.endsWith(ResourceUri.ANSWER);
            String turn = encoded(ofAnswer ? without(id, ResourceUri.ANSWER) : id, reading);
            get(request, reading, "/api/v1/turns/" + turn + (ofAnswer ? "/stream?watch=1" : ""));
        } else if (uri.startsWith(ResourceUri.READS)) {
            run(request, reading, uri.substring(ResourceUri.READS.length()));
        } else {
            throw reading.missing();
        }
    }

    private static String without(String text, String end) {
        return text.substring(0, text.length() - end.length());
    }

    private static String encoded(String id, Reading reading) {
        if (id.isEmpty() || id.indexOf('/') >= 0) {
            throw reading.missing();
        }
        return URLEncoder.encode(id, UTF_8).replace("+", "%20");
    }

    private void run(Request request, Reading reading, String operationAndQuery) {
        QueryStringDecoder decoder;
        Map<String, List<String>> query;
        try {
            decoder = new QueryStringDecoder(operationAndQuery, UTF_8, true, 32, false);
            query = decoder.parameters();
        } catch (IllegalArgumentException _) {
            throw reading.missing();
        }
        Operation operation = Operations.named(decoder.path());
        if (operation == null
                || operation.effect() != Effect.READ
                || !operation.isCallable()
                || !Operations.isFor(request.caller(), operation.need())) {
            throw reading.missing();
        }
        ByteBuf arguments =
                Json.object(json -> {
                    for (Map.Entry<String, List<String>> argument : query.entrySet()) {
                        json.writeStringField(argument.getKey(), argument.getValue().getFirst());
                    }
                });
        try {
            OperationCall call = OperationCall.of(operation, arguments);
            begin(request, reading, call);
        } catch (IllegalArgumentException e) {
            throw RpcException.invalidParams(String.valueOf(e.getMessage()));
        } finally {
            arguments.release();
        }
    }

    private void get(Request request, Reading reading, String path) {
        begin(request, reading, new OperationCall(GET, path, Unpooled.EMPTY_BUFFER));
    }

    private void begin(Request request, Reading reading, OperationCall call) {
        InnerCall running =
                InnerCall.begin(
                        request,
                        reading.answer().inner(),
                        call.method(),
                        call.uri(),
                        call.body(),
                        new InnerCall.Expected(
                                settings.get().turns().maxAnswerBytes(),
                                (status, _, type, body) ->
                                        reading.on(status, String.valueOf(type), body)));
        reading.answer().onGone(running::cancel);
    }

    /** One resource that is read. */
    private record Reading(String uri, Conversation client, RpcAnswer answer) {
        void on(HttpResponseStatus status, String type, ByteBuf body) {
            if (!answer.isOpen()) {
                return;
            }
            if (status.equals(NOT_FOUND) || status.equals(GONE)) {
                answer.error(missing());
            } else if (status.code() >= ERRORS) {
                answer.error(
                        RpcException.of(RpcException.INTERNAL_ERROR, Inner.error(status, body)));
            } else if (type.startsWith("text/event-stream")) {
                SaidText said = SaidText.of(body);
                if (said.failure() == null) {
                    tell(TEXT, said.text());
                } else {
                    answer.error(
                            RpcException.of(
                                    RpcException.INTERNAL_ERROR,
                                    "The turn did not end well: " + said.failure()));
                }
            } else {
                tell(Inner.JSON, body.toString(UTF_8));
            }
        }

        void tell(String type, String text) {
            answer.result(json -> {
                json.writeArrayFieldStart("contents");
                json.writeStartObject();
                json.writeStringField("uri", uri);
                json.writeStringField("mimeType", type);
                json.writeStringField("text", text);
                json.writeEndObject();
                json.writeEndArray();
                McpRoute.mayBeKept(json, client, 0);
                RpcWriter.meta(json, _ -> {});
            });
        }

        RpcException missing() {
            int code =
                    client.isModern() ? RpcException.INVALID_PARAMS : RpcException.NO_SUCH_RESOURCE;
            return RpcException.of(
                            code,
                            "There is no resource '%s' that you can read: resources/list and resources/templates/list say which there are."
                                    .formatted(Quoted.word(uri)))
                    .with(Map.of("uri", uri));
        }
    }
}
