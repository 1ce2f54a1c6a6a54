package dev.culvert.daemon.api.tokens;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code GET /tokens/{token}} shows a token; {@code DELETE} revokes it. */
public final class TokenRoute implements Route {
    private final Tokens tokens;
    private final OffLoop offLoop;

    public TokenRoute(Tokens tokens, OffLoop offLoop) {
        this.tokens = tokens;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.DELETE);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/tokens/{token}");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.MANAGE_TOKENS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        Token token = new VisibleTokens(tokens).find(request);
        if (request.method().equals(HttpMethod.DELETE)) {
            offLoop.run(
                    VisibleTokens.KEY,
                    true,
                    request,
                    answer,
                    () -> {
                        tokens.revoke(token.id());
                        return answer::noContent;
                    });
        } else {
            answer.json(OK, Json.object(json -> new TokenJson(tokens).writeMembers(json, token)));
        }
    }
}
