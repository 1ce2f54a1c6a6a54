package dev.culvert.daemon.front.mcp;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The tool that gives an agent a task and answers with what it says: one turn. */
final class AskTool {
    static final String NAME = "ask";

    private static final String AGENT = "agent";
    private static final String MESSAGE = "message";

    private final AgentAccess access;
    private final TurnAnswers answers;
    private final Asking asking;
    private final Supplier<DaemonSettings> settings;

    AskTool(
            AgentAccess access,
            TurnAnswers answers,
            Asking asking,
            Supplier<DaemonSettings> settings) {
        this.access = access;
        this.answers = answers;
        this.asking = asking;
        this.settings = settings;
    }

    static boolean isFor(Caller caller) {
        return caller.may(Need.CHANGE_AGENTS);
    }

    static void describe(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", NAME);
        json.writeStringField("title", "Ask an agent");
        json.writeStringField(
                "description",
                "Give an AI agent in its MicroVM a task or a question, and wait for its whole answer.");
        json.writeObjectFieldStart("inputSchema");
        json.writeStringField("type", "object");
        json.writeObjectFieldStart("properties");
        text(json, AGENT, "The id of the agent, or its tenant and its id: acme/web-1");
        text(json, MESSAGE, "What the agent is to do or to answer");
        json.writeEndObject();
        json.writeArrayFieldStart("required");
        json.writeString(AGENT);
        json.writeString(MESSAGE);
        json.writeEndArray();
        json.writeBooleanField("additionalProperties", false);
        json.writeEndObject();
        json.writeObjectFieldStart("annotations");
        json.writeBooleanField("readOnlyHint", false);
        json.writeBooleanField("destructiveHint", true); // an agent may use its tools
        json.writeBooleanField("idempotentHint", false);
        json.writeBooleanField("openWorldHint", true);
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void text(JsonGenerator json, String name, String description)
            throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("type", "string");
        json.writeStringField("description", description);
        json.writeEndObject();
    }

    void call(Request request, Conversation client, Params arguments, RpcAnswer answer) {
        String name = arguments.text(AGENT);
        String text = arguments.text(MESSAGE);
        if (name == null || text == null || text.isEmpty()) {
            answer.toolFailed("'ask' needs 'agent' and 'message': give both as strings.");
            return;
        }
        Agent agent = access.workingAgent(request, named(request, name).id());
        asking.begin(request, answer);
        ByteBuf message =
                Json.object(json -> {
                    json.writeStringField("role", "user");
                    json.writeStringField("content", text);
                });
        try {
            answers.whole(
                    request,
                    answer,
                    agent,
                    message,
                    new AskAnswer(answer, client.progressToken(), silence(request)));
        } finally {
            message.release();
        }
    }

    private Agent named(Request request, String name) {
        Agent agent = AgentAccess.named(access.fleet(request), name);
        if (agent == null) {
            throw new ProblemException(
                    Problem.of(
                            NOT_FOUND,
                            "There is no agent '%s': the tool agents_list lists those there are."
                                    .formatted(Quoted.word(name))));
        }
        return agent;
    }

    /** Null for a client that takes no stream. */
    private @Nullable Duration silence(Request request) {
        String accepts = request.header(Header.ACCEPT);
        return accepts != null && accepts.contains("text/event-stream")
                ? settings.get().sse().keepalive()
                : null;
    }
}
