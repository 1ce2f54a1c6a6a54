package dev.culvert.daemon.auth;

import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;

/** Where tokens are kept. Everything here may block. */
public interface TokenStore {
    /**
     * All tokens; none if there never was one.
     *
     * @throws IOException one sentence, when they cannot be read
     */
    List<Token> read() throws IOException;

    /**
     * Replaces all tokens by what {@code change} makes of them, or none if it throws. No other
     * change happens in between, also not by another process.
     *
     * @return the tokens that are there now
     */
    List<Token> change(UnaryOperator<List<Token>> change) throws IOException;
}
