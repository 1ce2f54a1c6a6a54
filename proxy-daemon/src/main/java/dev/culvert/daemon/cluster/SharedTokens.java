package dev.culvert.daemon.cluster;

import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.config.ClusterSettings;
import dev.culvert.io.Quoted;
import dev.culvert.registry.Bucket;
import dev.culvert.registry.BucketEntry;
import dev.culvert.registry.BucketWatcher;
import dev.culvert.registry.RegistrySession;
import dev.culvert.registry.RevisionException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has every host of the cluster know the tokens of all. Each keeps them in its own database, too:
 * without the registry, what a host knew last counts.
 *
 * <pre>
 *   Tokens changed here → put into the bucket → told to all hosts → joined into their Tokens
 * </pre>
 */
public final class SharedTokens implements Follower {
    private static final Logger LOG = LoggerFactory.getLogger(SharedTokens.class);

    /** Entries that are looked at: some more than can be tokens, for those that have ended. */
    private static final int MOST = 2 * Tokens.MOST;

    private static final Duration RETRY = Duration.ofSeconds(5);

    /** Entries of the registry that are not joined yet, by key; empty for those that have gone. */
    private final Map<String, Optional<BucketEntry>> heard = new HashMap<>();

    private final ClusterSettings settings;
    private final Tokens tokens;
    private final ClusterObserver observer;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("culvert-cluster-tokens").factory());
    private final AtomicBoolean isAsked = new AtomicBoolean();

    /** What the registry has; for this thread alone. */
    private final Map<String, Kept> kept = new HashMap<>();

    private volatile @Nullable Bucket bucket;
    private volatile boolean isWhole;

    /**
     * Grows with each session: what a former one still tells does not count. With {@code heard}.
     */
    private int session;

    private volatile int size;
    private boolean wasFull;

    private record Kept(Token token, long revision) {}

    public SharedTokens(ClusterSettings settings, Tokens tokens, ClusterObserver observer) {
        this.settings = settings;
        this.tokens = tokens;
        this.observer = observer;
        tokens.listen(this::soon);
    }

    /** How many tokens the registry has, as far as it was heard. */
    public int size() {
        return size;
    }

    @Override
    public void begin(RegistrySession registry) throws IOException {
        Bucket next =
                registry.bucket(settings.prefix() + "_tokens", Duration.ZERO, settings.replicas());
        isWhole = false;
        bucket = next;
        int number;
        synchronized (heard) {
            number = ++session;
        }
        thread.execute(kept::clear);
        next.watch(
                new BucketWatcher() {
                    @Override
                    public void onValue(BucketEntry entry) {
                        hear(number, entry.key(), Optional.of(entry));
                    }

                    @Override
                    public void onRemoved(String key) {
                        hear(number, key, Optional.empty());
                    }

                    @Override
                    public void onWhole() {
                        isWhole = true;
                        soon();
                    }
                });
    }

    @Override
    public void lost() {
        bucket = null;
        synchronized (heard) {
            session++;
            heard.clear();
        }
    }

    private void hear(int number, String key, Optional<BucketEntry> entry) {
        synchronized (heard) {
            if (session != number) {
                return;
            }
            if (heard.size() >= MOST && !heard.containsKey(key)) {
                observer.onRefused();
                return;
            }
            heard.put(key, entry);
        }
        soon();
    }

    /* Many changes at once are one piece of work. */
    private void soon() {
        if (isAsked.compareAndSet(false, true)) {
            try {
                thread.execute(this::settle);
            } catch (RejectedExecutionException _) {
                isAsked.set(false); // the daemon stops
            }
        }
    }

    private void settle() {
        isAsked.set(false);
        try {
            take();
            Bucket to = bucket;
            if (to != null && isWhole) {
                give(to);
            }
        } catch (IOException | RuntimeException e) {
            observer.onFailure();
            LOG.warn(
                    "the tokens of the cluster are not settled: {}. That is tried again in {} s",
                    Quoted.message(e),
                    RETRY.toSeconds());
            var _ = thread.schedule(this::soon, RETRY.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Joins what was heard with what is known here. */
    private void take() throws IOException {
        Map<String, Optional<BucketEntry>> news;
        synchronized (heard) {
            news = Map.copyOf(heard);
            heard.clear();
        }
        for (Map.Entry<String, Optional<BucketEntry>> each : news.entrySet()) {
            Optional<BucketEntry> entry = each.getValue();
            if (entry.isEmpty()) {
                kept.remove(each.getKey());
                continue;
            }
            if (kept.size() >= MOST && !kept.containsKey(each.getKey())) {
                observer.onRefused();
                continue;
            }
            try {
                Token token = TokenText.read(each.getKey(), entry.get().value());
                kept.put(each.getKey(), new Kept(token, entry.get().revision()));
                observer.onUpdate();
            } catch (IOException | RuntimeException e) {
                observer.onRefused();
                LOG.warn(
                        "the registry has a token {} that cannot be read: {}",
                        Quoted.word(each.getKey()),
                        Quoted.message(e));
            }
        }
        size = kept.size();
        List<Token> others =
                kept.values().stream()
                        .map(Kept::token)
                        .filter(it -> !tokens.isForgotten(it))
                        .toList();
        int left = tokens.join(others);
        for (int i = 0; i < left; i++) {
            observer.onRefused();
        }
        if (left > 0 && !wasFull) {
            LOG.warn(
                    "the cluster has more than {} tokens, which is the most: {} of them do not work here. Revoke some",
                    Tokens.MOST,
                    left);
        }
        wasFull = left > 0;
    }

    /** Writes what is known here and not there; forgets there what ended long ago. */
    private void give(Bucket to) throws IOException {
        for (Token token : tokens.all()) {
            Kept there = kept.get(token.id());
            if (!tokens.isForgotten(token)
                    && (there == null || !there.token().equals(there.token().joined(token)))) {
                write(to, token, there);
            }
        }
        for (Kept each : List.copyOf(kept.values())) {
            if (tokens.isForgotten(each.token())) {
                to.delete(each.token().id(), each.revision());
            }
        }
    }

    /* Who was slower hears what the other wrote, and joins that. */
    private void write(Bucket to, Token token, @Nullable Kept there) throws IOException {
        Token whole = Tokens.joined(there == null ? null : there.token(), token);
        byte[] text = TokenText.write(whole);
        try {
            long revision =
                    there == null
                            ? to.create(token.id(), text)
                            : to.update(token.id(), text, there.revision());
            kept.put(token.id(), new Kept(whole, revision));
        } catch (RevisionException _) {
            LOG.debug("another host has just written the token {}", token.id());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
