package dev.culvert.daemon.front.responses;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.front.openai.Models;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.CommonHeaders;
import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** {@code POST /v1/responses}: asks the agent that {@code model} names. */
final class ResponsesRoute implements Route {
    /** What a translation adds to most bodies. */
    private static final int MORE_BYTES = 1024;

    private final AgentAccess access;
    private final TurnAnswers answers;

    ResponsesRoute(AgentAccess access, TurnAnswers answers) {
        this.access = access;
        this.answers = answers;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/v1/responses");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.CHANGE_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        ResponseRequest asked =
                new ResponseRequest(
                        JsonRequest.outline(
                                request, ResponseRequest.LIMITS, ResponseRequest.LEVELS));
        Agent named = Models.find(access.fleet(request), asked.model());
        Agent agent = access.workingAgent(request, named.id());
        boolean isStreamed = asked.isStreamed();
        byte[] echo = ResponseObject.echo(asked);
        ByteBuf message = answer.allocator().buffer(request.body().readableBytes() + MORE_BYTES);
        try {
            Set<String> ignored = ChatTranslation.write(asked, message);
            asked.json().forget();
            if (!ignored.isEmpty()) {
                answer.header(CommonHeaders.X_CULVERT_IGNORED, String.join(", ", ignored));
            }
            begin(request, answer, agent, message, isStreamed, echo);
        } finally {
            message.release();
        }
    }

    private void begin(
            Request request,
            Answer answer,
            Agent agent,
            ByteBuf message,
            boolean isStreamed,
            byte[] echo) {
        long now = TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis());
        if (isStreamed) {
            answers.stream(
                    request,
                    answer,
                    agent,
                    message,
                    turn ->
                            new ResponseEvents(
                                    ResponseObject.of(turn, now, echo),
                                    new AnswerMemory(
                                            agent.road().share(),
                                            answer.client(),
                                            answer.eventLoop(),
                                            answers.maxAnswerBytes())));
        } else {
            answers.whole(
                    request,
                    answer,
                    agent,
                    message,
                    new WholeResponse(now, echo, answer.allocator()));
        }
    }
}
