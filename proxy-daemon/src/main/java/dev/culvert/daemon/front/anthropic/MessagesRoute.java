package dev.culvert.daemon.front.anthropic;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.LargeRequests;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code POST /v1/messages}: asks the agent that {@code model} names. */
final class MessagesRoute implements Route {
    /** The kind of runtime that takes a body as it came (messages.md). */
    private static final String ANTHROPIC = "anthropic";

    /** What a translation adds to most bodies. */
    private static final int MORE_BYTES = 1024;

    private final AgentAccess access;
    private final TurnAnswers answers;
    private final LargeRequests requests;

    MessagesRoute(AgentAccess access, TurnAnswers answers, LargeRequests requests) {
        this.access = access;
        this.answers = answers;
        this.requests = requests;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/v1/messages");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    @Override
    public boolean readsLargeBodies() {
        return true;
    }

    @Override
    public void handle(Request request, Answer answer) {
        answer.header(AnthropicProblems.REQUEST_ID, request.id());
        requests.read(request, answer, () -> read(request, answer));
    }

    /** Reads and translates the body, perhaps on a worker, and returns what begins the turn. */
    private Runnable read(Request request, Answer answer) {
        MessagesRequest asked = MessagesRequest.of(request);
        Agent agent;
        ByteBuf message;
        try {
            agent = access.workingAgent(request, asked.agent(access.fleet(request)).id());
            message = message(asked, request, agent, answer);
        } finally {
            asked.json().forget();
        }
        MessageHead head = new MessageHead(request.id(), asked.model());
        boolean streams = asked.streams();
        return () -> begin(request, answer, agent, message, head, streams);
    }

    /** Takes ownership of {@code message}, which nobody wants whose client has gone meanwhile. */
    private void begin(
            Request request,
            Answer answer,
            Agent agent,
            ByteBuf message,
            MessageHead head,
            boolean streams) {
        try {
            if (!answer.isOpen()) {
                return;
            }
            if (streams) {
                answers.stream(request, answer, agent, message, _ -> new MessageEvents(head));
            } else {
                answers.whole(
                        request,
                        answer,
                        agent,
                        message,
                        new WholeMessage(head, answer.allocator()));
            }
        } finally {
            message.release();
        }
    }

    /** What the agent gets; it belongs to the caller. */
    private static ByteBuf message(
            MessagesRequest asked, Request request, Agent agent, Answer answer) {
        ByteBuf message = answer.allocator().buffer(request.body().readableBytes() + MORE_BYTES);
        try {
            write(asked, request, agent, message);
            return message.retain();
        } finally {
            message.release();
        }
    }

    private static void write(MessagesRequest asked, Request request, Agent agent, ByteBuf out) {
        if (agent.presence().said().runtimeKind().equals(ANTHROPIC)) {
            OriginalBody.write(asked, request, out);
        } else {
            ChatBody.write(asked, out);
        }
    }
}
