package dev.culvert.daemon.api.tokens;

import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** {@code POST /tokens/{token}/rotate}: gives a token another secret, and shows it, once. */
public final class RotateRoute implements Route {
    private static final Duration OVERLAP = Duration.ofHours(1);

    private final Tokens tokens;
    private final OffLoop offLoop;

    public RotateRoute(Tokens tokens, OffLoop offLoop) {
        this.tokens = tokens;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/tokens/{token}/rotate");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.MANAGE_TOKENS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String id = new VisibleTokens(tokens).find(request).id();
        Duration overlap = TokenBody.overlap(request, OVERLAP);
        offLoop.run(VisibleTokens.KEY, true, request, answer, () -> rotate(id, overlap, answer));
    }

    private Runnable rotate(String id, Duration overlap, Answer answer) throws IOException {
        Tokens.Made made = tokens.rotate(id, overlap);
        if (made == null) {
            throw new ProblemException(
                    Problem.of(
                            CONFLICT,
                            "The token has expired or was revoked, so it gets no other secret: make"
                                    + " a new one with POST /api/v1/tokens."));
        }
        return () -> new TokenJson(tokens).answer(answer, OK, made);
    }
}
