package dev.culvert.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class SigningKeyTest {
    /** Those of two machines that come from one snapshot. */
    private static SecureRandom sameNumbers() throws NoSuchAlgorithmException {
        SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
        random.setSeed(4711);
        return random;
    }

    @Test
    void copiesWithTheSameRandomNumbersMakeKeysOfTheirOwn() throws Exception {
        SigningKey first = SigningKey.make(sameNumbers(), "nonce-1");
        SigningKey second = SigningKey.make(sameNumbers(), "nonce-2");

        assertThat(second.open()).isNotEqualTo(first.open());
    }

    @Test
    void aNonceThatEverybodyKnowsIsNotAllThatAKeyIsMadeOf() {
        assertThat(SigningKey.make("nonce").open()).isNotEqualTo(SigningKey.make("nonce").open());
    }

    @Test
    void theKeySignsAndIsReadAgain() {
        SigningKey made = SigningKey.make("nonce");
        SigningKey read = SigningKey.of(made.secretText(), made.open());

        assertThat(made.open().signed("text", read.sign("text"))).isTrue();
        assertThat(made.open().signed("other", read.sign("text"))).isFalse();
    }
}
