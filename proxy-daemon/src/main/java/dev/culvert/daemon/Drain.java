package dev.culvert.daemon;

import dev.culvert.about.Units;
import dev.culvert.daemon.turn.Turns;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets turns end before the daemon stops, and cuts the ones that take too long. */
final class Drain {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    /** How long a turn that was cut may take to tell its client. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final Turns turns;
    private final Supplier<CompletableFuture<Void>> servers;
    private final CompletableFuture<@Nullable Void> hurry = new CompletableFuture<>();

    /**
     * @param servers begins to drain them, and tells when they are
     */
    Drain(Turns turns, Supplier<CompletableFuture<Void>> servers) {
        this.turns = turns;
        this.servers = servers;
    }

    /** Makes a {@link #run} that waits for turns cut them now. Called on any thread. */
    void hurry() {
        hurry.complete(null);
    }

    /**
     * Waits until the last answer was sent, or cuts what is left.
     *
     * @return how many turns were cut
     */
    int run(Duration patience) {
        LOG.info(
                "draining: {} under way, {}",
                underWay(),
                turns.count() == 0
                        ? "so it stops at once"
                        : "for at most %s (timeouts.drain); a second SIGINT or SIGTERM cuts them now"
                                .formatted(Units.text(patience)));
        CompletableFuture<Void> drained = servers.get().thenCompose(_ -> turns.noneGoesOn());
        if (isDone(CompletableFuture.anyOf(drained, hurry), patience) && drained.isDone()) {
            return 0;
        }
        int cut = turns.count();
        turns.cutAll();
        isDone(drained, LAST_WORDS);
        return cut;
    }

    /** How many turns run now, in words. */
    String underWay() {
        return turns(turns.count());
    }

    static String turns(int count) {
        return count == 1 ? "1 turn" : count + " turns";
    }

    private static boolean isDone(CompletableFuture<?> drained, Duration patience) {
        try {
            drained.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("draining failed", e);
        }
    }
}
