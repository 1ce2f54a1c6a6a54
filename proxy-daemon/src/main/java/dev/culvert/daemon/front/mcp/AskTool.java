package dev.culvert.daemon.front.mcp;

import static io.netty.buffer.ByteBufUtil.writeAscii;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Header;
import dev.culvert.daemon.http.LargeRequests;
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
    private static final String NOTHING = "\"\"";

    /** Enough for what a message says beside its text. */
    private static final int SURROUNDING_BYTES = 64;

    private final AgentAccess access;
    private final TurnAnswers answers;
    private final Asking asking;
    private final LargeRequests requests;
    private final Supplier<DaemonSettings> settings;

    AskTool(
            AgentAccess access,
            TurnAnswers answers,
            Asking asking,
            LargeRequests requests,
            Supplier<DaemonSettings> settings) {
        this.access = access;
        this.answers = answers;
        this.asking = asking;
        this.requests = requests;
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

    /**
     * Runs the tool.
     *
     * @param params with the arguments of the call; a large one is read on a worker
     */
    void call(Request request, Conversation client, Params params, RpcAnswer answer) {
        String state = client.isModern() ? params.text("requestState") : null;
        if (state != null) {
            new AskedAgain(
                            answers,
                            request,
                            answer,
                            (agent, after) -> format(request, client, agent, after, answer))
                    .goOn(ApprovalReply.of(state, params));
            return;
        }
        asking.begin(request, answer);
        answer.onGone(() -> {}); // it notices that its client leaves while a worker reads
        requests.read(request, answer, () -> read(request, client, params, answer));
    }

    /** What is returned begins the turn, or says why there will be none. */
    private Runnable read(Request request, Conversation client, Params params, RpcAnswer answer) {
        ByteBuf message = null;
        try {
            Params arguments = params.object("arguments");
            String name = arguments.text(AGENT);
            ByteBuf text = arguments.textAsWritten(MESSAGE);
            if (name == null || text == null || text.readableBytes() == NOTHING.length()) {
                return () ->
                        answer.toolFailed(
                                "'ask' needs 'agent' and 'message': give both as strings.");
            }
            Agent agent = access.workingAgent(request, named(request, name).id());
            message = answer.allocator().buffer(text.readableBytes() + SURROUNDING_BYTES);
            writeAscii(message, "{\"role\":\"user\",\"content\":");
            message.writeBytes(text).writeByte('}');
            ByteBuf written = message.retain();
            return () -> begin(request, client, agent, written, answer);
        } catch (RpcException mistake) {
            return () -> answer.error(mistake);
        } finally {
            if (message != null) {
                message.release();
            }
        }
    }

    /** Takes ownership of {@code message}, which nobody wants whose client has gone meanwhile. */
    private void begin(
            Request request, Conversation client, Agent agent, ByteBuf message, RpcAnswer answer) {
        try {
            if (answer.isOpen()) {
                answers.whole(
                        request, answer, agent, message, format(request, client, agent, 0, answer));
            }
        } finally {
            message.release();
        }
    }

    private AskAnswer format(
            Request request, Conversation client, Agent agent, long after, RpcAnswer answer) {
        Duration silence = silence(request);
        boolean canBeAsked = client.elicits() || (client.takesRequests() && silence != null);
        boolean mayDecide = canBeAsked && request.caller().may(Need.DECIDE);
        return new AskAnswer(
                answer,
                client.progressToken(),
                silence,
                new AskAnswer.Asked(
                        agent.id(),
                        mayDecide ? new StoredApprovals(request, answer) : null,
                        after));
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
