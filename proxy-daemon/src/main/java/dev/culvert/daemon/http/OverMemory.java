package dev.culvert.daemon.http;

import dev.culvert.io.Share;
import dev.culvert.link.Failure;
import org.jspecify.annotations.Nullable;

/** What clients are told when the daemon holds too many bytes. */
public final class OverMemory {
    private OverMemory() {}

    /**
     * Lets new work begin that is charged to {@code share}.
     *
     * @throws ProblemException when that share or the whole account is crowded
     */
    public static void check(Share share) {
        Failure refusal = refusal(share);
        if (refusal != null) {
            throw new ProblemException(Problem.of(refusal));
        }
    }

    /** Why work that is charged to {@code share} must not begin; null if it may. */
    public static @Nullable Failure refusal(Share share) {
        Share whole = share.account().whole();
        if (whole.isCrowded()) {
            return crowded(whole);
        }
        return share.isCrowded() ? crowded(share) : null;
    }

    private static Failure crowded(Share share) {
        share.account().countRefusal();
        return new Failure.OverMemory(
                "The daemon takes no new work for now: it holds %d bytes, and the limit is %s"
                        .formatted(share.heldBytes(), share.limitText()));
    }

    /** Why a request ends that found no memory although the account allowed it. */
    public static Failure exhausted() {
        return new Failure.OverMemory("The daemon has no memory left for the body of this request");
    }

    /** Why whoever held most was ended when {@code share} was exceeded. */
    public static Failure excess(Share share) {
        return new Failure.OverMemory(
                "This was ended, for it held most of the bytes that waited here, which were more"
                        + " than "
                        + share.limitText());
    }
}
