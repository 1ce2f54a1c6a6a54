package dev.culvert.daemon.enrol;

import dev.culvert.identity.Challenge;
import java.security.SecureRandom;
import java.util.Base64;

/** Makes challenges. */
final class Nonces {
    private static final int BYTES = 24;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Nonces() {}

    static Challenge challenge(String agentId, boolean newKey) {
        byte[] nonce = new byte[BYTES];
        RANDOM.nextBytes(nonce);
        return new Challenge(
                Base64.getUrlEncoder().withoutPadding().encodeToString(nonce), agentId, newKey);
    }
}
