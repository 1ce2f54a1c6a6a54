package dev.culvert.daemon.api.tokens;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.io.Quoted;
import java.util.Comparator;
import java.util.stream.Stream;

/** The tokens as the caller of a request sees them: of its tenant only, if it has one. */
record VisibleTokens(Tokens tokens) {
    /** Work on tokens is done in turn; no agent can have this id. */
    static final String KEY = "/tokens";

    /** By id. */
    Stream<Token> all(Request request) {
        return tokens.all().stream()
                .filter(token -> sees(request.caller(), token))
                .sorted(Comparator.comparing(Token::id));
    }

    /**
     * The token that the path names.
     *
     * @throws ProblemException when there is none
     */
    Token find(Request request) {
        String id = request.parameter("token");
        Token token = tokens.find(id);
        if (token == null || !sees(request.caller(), token)) {
            throw unknown(id);
        }
        return token;
    }

    static ProblemException unknown(String id) {
        return new ProblemException(
                Problem.of(
                        NOT_FOUND,
                        "There is no token '%s': GET /api/v1/tokens lists those there are."
                                .formatted(Quoted.word(id))));
    }

    private static boolean sees(Caller caller, Token token) {
        return caller.tenant() == null || caller.tenant().equals(token.tenant());
    }
}
