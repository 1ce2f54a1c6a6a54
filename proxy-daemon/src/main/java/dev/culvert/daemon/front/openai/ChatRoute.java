package dev.culvert.daemon.front.openai;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * {@code POST /v1/chat/completions}: asks the agent that {@code model} names. The body, and never a
 * header, says whether the answer is streamed.
 */
final class ChatRoute implements Route {
    private final AgentAccess access;
    private final TurnAnswers answers;

    ChatRoute(AgentAccess access, TurnAnswers answers) {
        this.access = access;
        this.answers = answers;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/v1/chat/completions");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        ChatRequest asked = ChatRequest.read(request);
        Agent named = Models.find(access.fleet(request), asked.model());
        Agent agent = access.workingAgent(request, named.id());
        CompletionHead head =
                new CompletionHead(
                        request.id(),
                        asked.model(),
                        TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis()));
        ByteBuf message = asked.message();
        try {
            if (asked.isStreamed()) {
                answers.stream(
                        request,
                        answer,
                        agent,
                        message,
                        _ -> new ChatChunks(head, asked.includesUsage()));
            } else {
                answers.whole(
                        request,
                        answer,
                        agent,
                        message,
                        new ChatCompletion(head, answer.allocator()));
            }
        } finally {
            message.release();
        }
    }
}
