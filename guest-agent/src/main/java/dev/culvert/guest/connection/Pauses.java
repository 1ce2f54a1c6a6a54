package dev.culvert.guest.connection;

import dev.culvert.identity.Refusal;
import dev.culvert.identity.Refused;
import dev.culvert.io.Backoff;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** For how long a guest waits before it dials in again (dial-in.md, "Coming again"). */
final class Pauses {
    private static final Duration LEAST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofSeconds(60);

    /** Somebody has to help, or there is another guest with this identity. */
    private static final Duration HELPLESS = Duration.ofSeconds(60);

    /** A host cannot send a guest away for longer. */
    private static final long MOST_ASKED_SECONDS = TimeUnit.HOURS.toSeconds(1);

    private final RandomGenerator random;
    private final Backoff backoff;

    /**
     * Has waited for nothing yet.
     *
     * @param random spreads what many agents do at the same moment
     */
    Pauses(RandomGenerator random) {
        this.random = random;
        backoff = new Backoff(() -> LEAST, () -> MOST, random);
    }

    /**
     * At least as long as the host asks for, and then some, because others were told the same.
     *
     * @param refused what the host said before it closed the connection; null if nothing
     */
    Duration next(@Nullable Refused refused) {
        Duration usual = backoff.next();
        if (refused == null) {
            return usual;
        }
        long least =
                refused.retryAfter() > 0
                        ? TimeUnit.SECONDS.toMillis(
                                Math.min(refused.retryAfter(), MOST_ASKED_SECONDS))
                        : needsHelp(refused) ? HELPLESS.toMillis() : 0;
        Duration asked = Duration.ofMillis(least + random.nextLong(least + 1));
        return asked.compareTo(usual) > 0 ? asked : usual;
    }

    /** There was a good link: the next attempt comes at once again. */
    void reset() {
        backoff.reset();
    }

    private static boolean needsHelp(Refused refused) {
        for (Refusal known : Refusal.values()) {
            if (refused.is(known)) {
                return switch (known) {
                    case INVALID, BAD_TOKEN, NAME_TAKEN, BAD_PROOF, REVOKED, EXPIRED -> true;
                    case DUPLICATE, SUPERSEDED -> true;
                    case TOO_SLOW, UNKNOWN_AGENT, OVERLOADED -> false;
                };
            }
        }
        return false;
    }
}
