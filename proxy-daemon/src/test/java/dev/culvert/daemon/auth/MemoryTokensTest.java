package dev.culvert.daemon.auth;

class MemoryTokensTest implements TokenStoreContract {
    private final TokenStore store = new MemoryTokens();

    @Override
    public TokenStore store() {
        return store;
    }
}
