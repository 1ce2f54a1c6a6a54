package dev.culvert.daemon.api.tokens;

import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.CREATED;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Denial;
import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.Scope;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** {@code GET /tokens} lists tokens; {@code POST} makes one and shows its secret, once. */
public final class TokensRoute implements Route {
    private final Tokens tokens;
    private final Admission admission;
    private final Supplier<DaemonSettings> settings;
    private final OffLoop offLoop;

    public TokensRoute(
            Tokens tokens,
            Admission admission,
            Supplier<DaemonSettings> settings,
            OffLoop offLoop) {
        this.tokens = tokens;
        this.admission = admission;
        this.settings = settings;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET, HttpMethod.POST);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/tokens");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.MANAGE_TOKENS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        if (request.method().equals(HttpMethod.POST)) {
            make(request, answer);
            return;
        }
        Page page = Page.of(request);
        List<Token> all = new VisibleTokens(tokens).all(request).toList();
        TokenJson form = new TokenJson(tokens);
        answer.json(
                OK,
                Json.object(
                        json -> page.write(json, "tokens", all.stream(), Token::id, form::write)));
    }

    private void make(Request request, Answer answer) {
        admission.check();
        TokenBody wanted =
                TokenBody.of(request, request.caller().tenant(), settings.get().auth().roles());
        checkMaker(request.caller(), wanted.grant());
        offLoop.run(VisibleTokens.KEY, true, request, answer, () -> make(wanted, answer));
    }

    /** Nobody can make a token that may do or see more than its maker. */
    private void checkMaker(Caller maker, Grant grant) {
        if (maker.tenant() != null && !maker.tenant().equals(grant.tenant())) {
            throw more("Your own token belongs to a tenant: leave 'tenant' out.");
        }
        Set<Scope> more = EnumSet.copyOf(List.of(Scope.values()));
        more.retainAll(settings.get().auth().scopes(grant.scopes(), grant.roles()));
        more.removeAll(maker.scopes());
        if (!more.isEmpty()) {
            throw more(
                    "A token may do no more than its maker, who does not have %s: leave that out."
                            .formatted(
                                    more.stream()
                                            .map(Scope::label)
                                            .collect(Collectors.joining(", "))));
        }
    }

    private static ProblemException more(String sentence) {
        return new ProblemException(
                Problem.of(FORBIDDEN, sentence).member("code", Denial.INSUFFICIENT_SCOPE.code()));
    }

    private Runnable make(TokenBody wanted, Answer answer) throws IOException {
        try {
            Tokens.Made made = tokens.create(wanted.grant(), wanted.lifetime());
            return () -> new TokenJson(tokens).answer(answer, CREATED, made);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    Problem.of(CONFLICT, "The token was not made: " + e.getMessage() + "."));
        }
    }
}
