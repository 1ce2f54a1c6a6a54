package dev.culvert.daemon.http;

import dev.culvert.io.Share;
import dev.culvert.io.Shares;
import dev.culvert.link.Failure;
import org.jspecify.annotations.Nullable;

/** What clients are told where too much waits in the daemon. */
public final class OverMemory {
    private OverMemory() {}

    /**
     * Lets new work begin.
     *
     * @throws ProblemException when {@code share} is crowded
     */
    public static void check(Share share) {
        Failure refusal = refusal(share);
        if (refusal != null) {
            throw new ProblemException(Problem.of(refusal));
        }
    }

    /**
     * Lets new work begin that is charged to the share of {@code key}, which it returns.
     *
     * @throws ProblemException when that share or the whole account is crowded
     */
    public static <K> Share check(Shares<K> shares, K key) {
        check(shares.account().whole());
        Share share = shares.of(key);
        check(share);
        return share;
    }

    /** Why work that is charged to the share of {@code key} must not begin; null where it may. */
    public static <K> @Nullable Failure refusal(Shares<K> shares, K key) {
        Failure whole = refusal(shares.account().whole());
        return whole == null ? refusal(shares.of(key)) : whole;
    }

    /** Why new work must not begin; null where it may. */
    private static @Nullable Failure refusal(Share share) {
        if (!share.isCrowded()) {
            return null;
        }
        share.account().countRefusal();
        return new Failure.OverMemory(
                "Nothing new is taken for now: %d bytes wait here already, and the limit is %s"
                        .formatted(share.heldBytes(), share.limitText()));
    }

    /** Why whoever held most was ended when {@code share} was exceeded. */
    public static Failure excess(Share share) {
        return new Failure.OverMemory(
                "This was ended, for it held most of the bytes that waited here, which were more"
                        + " than "
                        + share.limitText());
    }
}
