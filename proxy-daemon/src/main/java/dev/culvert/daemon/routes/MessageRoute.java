package dev.culvert.daemon.routes;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_GATEWAY;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Responder;
import dev.culvert.daemon.http.Route;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code POST /agents/{id}/message}: asks, and answers with the whole. */
public final class MessageRoute implements Route {
    private final AgentCalls calls;
    private final Turns turns;

    public MessageRoute(AgentCalls calls, Turns turns) {
        this.calls = calls;
        this.turns = turns;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents/{id}/message", "/agents/{id}/message");
    }

    @Override
    public void handle(Request request, Responder responder) {
        Agent agent = calls.workingAgent(request);
        ByteBuf payload = JsonRequest.body(request);
        int maxBytes = calls.settings().turns().maxAnswerBytes();
        Answer answer = new Answer(agent, responder, turns, maxBytes);
        answer.call =
                calls.call(
                        request,
                        agent,
                        calls.frame(FrameType.MESSAGE, payload),
                        answer,
                        calls.messagePatience());
        responder.onGone(answer::abandon);
    }

    private static final class Answer implements CallListener, Turns.Turn {
        private final Agent agent;
        private final Responder responder;
        private final Turns turns;
        private final int maxBytes;
        private final ChunkReader chunks = new ChunkReader();
        private @Nullable Call call;
        private boolean over;

        Answer(Agent agent, Responder responder, Turns turns, int maxBytes) {
            this.agent = agent;
            this.responder = responder;
            this.turns = turns;
            this.maxBytes = maxBytes;
            agent.turnBegan();
            turns.add(this);
        }

        @Override
        public void onReply(Frame reply) {
            try {
                chunks.read(reply.payload());
            } catch (IOException e) {
                refuse("The agent sent a chunk that cannot be read: " + e.getMessage());
                return;
            }
            if (chunks.contentBytes() > maxBytes) {
                refuse(
                        "The answer takes over %d bytes (turns.max_answer_bytes): take it as a stream, or ask for less."
                                .formatted(maxBytes));
            }
        }

        @Override
        public void onDone() {
            end();
            responder.json(OK, chunks.joined());
        }

        @Override
        public void onFailure(Failure failure) {
            end();
            responder.failure(failure);
        }

        private void refuse(String sentence) {
            giveUp(Problem.of(BAD_GATEWAY, sentence));
        }

        @Override
        public void cut() {
            responder
                    .eventLoop()
                    .execute(() -> {
                        if (!over) {
                            giveUp(Admission.SHUTTING_DOWN);
                        }
                    });
        }

        private void giveUp(Problem problem) {
            abandon();
            responder.problem(problem);
        }

        void abandon() {
            if (call != null) {
                call.cancel();
            }
            end();
        }

        private void end() {
            if (!over) {
                over = true;
                turns.remove(this);
                agent.turnEnded();
            }
        }
    }
}
