package dev.culvert.daemon;

import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.auth.Denial;
import dev.culvert.daemon.auth.Quota.Limit;
import dev.culvert.daemon.auth.Quota.Of;
import dev.culvert.daemon.auth.Quotas;
import dev.culvert.daemon.auth.TokenStore;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.auth.UserNames;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.io.IdMap;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The credentials of the daemon's clients: reads them, and tells when they end. */
final class Auth {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    /** A clock may be set: no timer waits longer. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final Tokens tokens;
    private final Callers callers;
    private final UserNames users = new UserNames();
    private final Supplier<DaemonSettings> settings;
    private final EventLoop loop;
    private final Workers files;
    private @Nullable Future<?> timer;

    /**
     * Reads the tokens. Blocks.
     *
     * @param loop runs the timer of tokens that expire
     * @param files reads the tokens again
     * @throws IOException one sentence, when they cannot be read
     */
    Auth(
            TokenStore store,
            Supplier<DaemonSettings> settings,
            Metrics metrics,
            EventLoop loop,
            Workers files)
            throws IOException {
        this.loop = loop;
        this.files = files;
        this.settings = settings;
        users.load();
        warnOfUnknownUsers();
        tokens = new Tokens(store, () -> settings.get().auth(), InstantSource.system());
        Map<Denial, Runnable> denied = new EnumMap<>(Denial.class);
        for (Denial why : Denial.values()) {
            denied.put(
                    why,
                    metrics.counter(
                            "culvert.auth.denied",
                            "Requests refused because of their caller, by reason.",
                            "reason",
                            why.code()));
        }
        callers =
                new Callers(
                        tokens,
                        () -> settings.get().auth(),
                        users,
                        quotas(settings, metrics),
                        why -> denied.getOrDefault(why, () -> {}).run());
        metrics.gauge("culvert.auth.tokens", "Tokens that are valid.", tokens::count);
        tokens.load();
        tokens.listen(() -> loop.execute(this::onChanged));
        onChanged();
    }

    private static Quotas quotas(Supplier<DaemonSettings> settings, Metrics metrics) {
        Map<String, Runnable> refused = new HashMap<>();
        for (Of of : Of.values()) {
            for (Limit limit : Limit.values()) {
                refused.put(
                        label(of, limit),
                        metrics.counter(
                                "culvert.limits.refused",
                                "Requests refused because a tenant or a token has reached a limit.",
                                "limit",
                                label(of, limit)));
            }
        }
        return new Quotas(
                () -> settings.get().limits(),
                System::nanoTime,
                reached ->
                        refused.getOrDefault(label(reached.quota().of(), reached.limit()), () -> {})
                                .run());
    }

    private static String label(Of of, Limit limit) {
        return of.label() + "_" + limit.label();
    }

    Tokens tokens() {
        return tokens;
    }

    Callers callers() {
        return callers;
    }

    /** Those of the admin sockets. */
    Callers operators() {
        return Callers.operators(users);
    }

    private synchronized void onChanged() {
        if (timer != null) {
            timer.cancel(false);
        }
        Instant end = tokens.nextEnd();
        if (end != null) {
            Duration until = Duration.between(Instant.now(), end);
            Duration wait = until.compareTo(LONGEST_WAIT) < 0 ? until : LONGEST_WAIT;
            long millis = Math.max(1, wait.toMillis() + 1);
            timer = loop.schedule(tokens::changed, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void warnOfUnknownUsers() {
        IdMap names = IdMap.ofUsers();
        IdMap groups = IdMap.ofGroups();
        List<String> unknown =
                settings.get().auth().unix().stream()
                        .flatMap(user -> user.unknown(names, groups).stream())
                        .toList();
        if (!unknown.isEmpty()) {
            LOG.warn(
                    "auth.unix: {} will never be recognised, because this process is in a user"
                            + " namespace without them and the kernel shows them as {}: remove"
                            + " PrivateUsers= from the unit, or give tokens instead",
                    String.join(", ", unknown),
                    IdMap.NOBODY);
        }
    }

    /** The settings were read again: reads the tokens and the users' names again, too. Blocks. */
    void reload() {
        users.load();
        warnOfUnknownUsers();
        tokens.changed();
        try {
            files.execute(this, this::load);
        } catch (RejectedExecutionException _) {
            LOG.error(
                    "the tokens were not read again, because too much waits for the disk of"
                            + " state_dir: reload once more");
        }
    }

    private void load() {
        try {
            if (!tokens.load()) {
                LOG.warn(
                        "the database has no tokens any more: those that were read before stay valid"
                                + " until a restart");
            }
        } catch (IOException e) {
            LOG.error(
                    "the tokens were not read again, and those from before stay valid: {}",
                    Quoted.message(e));
        }
    }
}
