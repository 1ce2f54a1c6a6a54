package dev.culvert.daemon.front.anthropic;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.LargeRequests;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Set;

/**
 * {@code POST /v1/messages/count_tokens}: estimates, without asking the agent, how many tokens a
 * request takes.
 */
final class CountTokensRoute implements Route {
    private static final AsciiString X_CULVERT_ESTIMATE = AsciiString.cached("x-culvert-estimate");

    private final AgentAccess access;
    private final LargeRequests requests;

    CountTokensRoute(AgentAccess access, LargeRequests requests) {
        this.access = access;
        this.requests = requests;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/v1/messages/count_tokens");
    }

    /** The same as to ask: a token that may ask counts first. */
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
        requests.read(
                request,
                answer,
                () -> {
                    MessagesRequest asked = MessagesRequest.of(request);
                    long tokens = TokenEstimate.of(asked.json());
                    asked.json().forget();
                    asked.agent(access.fleet(request)); // which must be there
                    return () -> tell(answer, tokens);
                });
    }

    private static void tell(Answer answer, long tokens) {
        if (answer.isOpen()) {
            answer.header(X_CULVERT_ESTIMATE, "true")
                    .json(OK, Json.object(json -> json.writeNumberField("input_tokens", tokens)));
        }
    }
}
