package dev.culvert.daemon.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.culvert.daemon.config.Scope;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every {@link TokenStore} does. */
public interface TokenStoreContract {
    Instant NOW = Instant.parse("2026-11-29T18:00:00.123456Z");

    Token FIRST =
            new Token(
                    "0123456789ab",
                    new Grant("root", null, Set.of(), Set.of("admin", "viewer"), Grant.Limits.NONE),
                    hash('a'),
                    NOW,
                    null,
                    null,
                    null);

    /** Has a value in each place where one may be missing. */
    Token SECOND =
            new Token(
                    "0123456789ac",
                    new Grant(
                            "ci.1",
                            "acme",
                            Set.of(Scope.AGENTS_READ, Scope.ADMIN),
                            Set.of(),
                            Grant.Limits.of("50/s", "10MiB/s", 20)),
                    hash('b'),
                    NOW.plusSeconds(1),
                    NOW.plusSeconds(60),
                    NOW.plusSeconds(30),
                    new Token.Former(hash('c'), NOW.plusSeconds(5)));

    private static SecretHash hash(char digit) {
        return new SecretHash(String.valueOf(digit).repeat(64));
    }

    /** The same store at each call of one test; empty at the first. */
    TokenStore store() throws IOException;

    @Test
    default void isEmptyAtFirst() throws IOException {
        assertThat(store().read()).isEmpty();
    }

    @Test
    default void givesBackWhatItWasGiven() throws IOException {
        assertThat(store().change(_ -> List.of(FIRST, SECOND))).containsExactly(FIRST, SECOND);

        assertThat(store().read()).containsExactly(FIRST, SECOND);
    }

    @Test
    default void aChangeSeesWhatIsThere() throws IOException {
        store().change(_ -> List.of(FIRST));

        store().change(before -> {
            List<Token> after = new ArrayList<>(before);
            after.add(SECOND);
            return after;
        });

        assertThat(store().read()).containsExactly(FIRST, SECOND);
    }

    @Test
    default void whatAChangeLeavesOutIsGone() throws IOException {
        store().change(_ -> List.of(FIRST, SECOND));

        store().change(before -> List.of(before.getLast()));

        assertThat(store().read()).containsExactly(SECOND);
    }

    @Test
    default void aTokenIsReplacedByOneWithItsId() throws IOException {
        store().change(_ -> List.of(FIRST, SECOND));
        Token revoked = FIRST.revokedAt(NOW.plusSeconds(9));

        store().change(_ -> List.of(revoked, SECOND));

        assertThat(store().read()).containsExactly(revoked, SECOND);
    }

    @Test
    default void aChangeThatIsRefusedLeavesAllAsItWas() throws IOException {
        store().change(_ -> List.of(FIRST, SECOND));

        assertThat(
                        catchThrowable(() ->
                                store().change(_ -> {
                                    throw new IllegalArgumentException("no");
                                })))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no");
        assertThat(store().read()).containsExactly(FIRST, SECOND);
    }
}
