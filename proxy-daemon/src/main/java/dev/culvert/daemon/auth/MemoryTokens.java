package dev.culvert.daemon.auth;

import java.util.List;
import java.util.function.UnaryOperator;

/** Tokens of a daemon without a {@code state_dir}: they end with it. */
public final class MemoryTokens implements TokenStore {
    private List<Token> tokens = List.of();

    @Override
    public synchronized List<Token> read() {
        return tokens;
    }

    @Override
    public synchronized List<Token> change(UnaryOperator<List<Token>> change) {
        tokens = List.copyOf(change.apply(tokens));
        return tokens;
    }
}
