package dev.culvert.guest.approvals;

import java.security.SecureRandom;
import java.util.Base64;

/** Words of 22 characters that nobody can guess and that no copy of this process makes, too. */
final class RandomWords {
    private static final int BYTES = 16;

    private final SecureRandom random = new SecureRandom();

    String next() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Copies of a virtual machine have the same random state: it differs from here on. */
    void renew() {
        random.setSeed(System.nanoTime());
        random.setSeed(System.currentTimeMillis());
    }
}
