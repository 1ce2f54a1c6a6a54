package dev.culvert.daemon.previews;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.PreviewSettings;
import dev.culvert.daemon.previews.Preview.State;
import io.netty.channel.Channel;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The previews, as the store had them last. Reading never waits and is for any thread; what changes
 * them blocks, and runs under {@link #KEY} on the workers.
 */
public final class Previews {
    /** Work on previews is done in turn; no agent can have this id. */
    public static final String KEY = "/previews";

    /** How long one is valid, where nobody says otherwise. */
    public static final Duration TTL = Duration.ofHours(1);

    /** How long one can be valid. */
    public static final Duration LONGEST_TTL = Duration.ofDays(30);

    /** How long one is listed when it is over. */
    private static final Duration LISTED = Duration.ofDays(1);

    /** One tenant leaves so much of all to others: one of these. */
    private static final int SHARES = 4;

    private static final String PREFIX = "cvp_";
    private static final int SECRET_BYTES = 32;
    private static final int ID_BYTES = 16;

    private final PreviewStore store;
    private final Supplier<PreviewSettings> settings;
    private final Callers callers;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Preview> byId = new ConcurrentHashMap<>();
    private final Map<String, Set<Channel>> open = new ConcurrentHashMap<>();

    /** A preview with the secret of its link, which nobody can look up later. */
    public record Made(Preview preview, String secret) {
        /** Without the secret. */
        @Override
        public String toString() {
            return preview.toString();
        }
    }

    /**
     * Knows none before {@link #load}.
     *
     * @param callers says whether the caller of a preview may still make any
     */
    public Previews(
            PreviewStore store,
            Supplier<PreviewSettings> settings,
            Callers callers,
            InstantSource clock) {
        this.store = store;
        this.settings = settings;
        this.callers = callers;
        this.clock = clock;
    }

    /** Reads the store. */
    public void load() throws IOException {
        store.read().forEach(it -> byId.put(it.id(), it));
    }

    /** Also those that are over. */
    public Collection<Preview> all() {
        return byId.values();
    }

    public @Nullable Preview find(String id) {
        return byId.get(id);
    }

    /** How it is. One whose caller may make no more previews is over, too. */
    public State state(Preview preview) {
        State state = preview.state(clock.instant());
        return state == State.OPEN && !mayStill(preview) ? State.REVOKED : state;
    }

    /** How many can be opened. */
    public long count() {
        return byId.values().stream().filter(it -> state(it) == State.OPEN).count();
    }

    /** How many connections show one now. */
    public long connections() {
        return open.values().stream().mapToLong(Set::size).sum();
    }

    private boolean mayStill(Preview preview) {
        String[] maker = preview.caller().split(":", 2);
        for (Caller.Kind kind : Caller.Kind.values()) {
            if (kind.label().equals(maker[0])) {
                return mayStill(kind, maker[1], preview.tenant()) || mayStill(kind, maker[1], null);
            }
        }
        return false;
    }

    private boolean mayStill(Caller.Kind kind, String name, @Nullable String tenant) {
        Caller again = callers.again(new Caller(name, kind, tenant, Set.of(), null));
        return again != null && (kind == Caller.Kind.UNIX || again.may(Need.REACH));
    }

    /** The name of the host that shows it. */
    public String host(Preview preview) {
        return HostNames.of(preview.port(), preview.agent(), settings.get().domain());
    }

    /**
     * Makes one.
     *
     * @param agent its id
     * @param by who wants it
     * @throws IllegalArgumentException one sentence without an end, when there are too many
     */
    public Made create(String agent, String tenant, int port, Duration ttl, Caller by)
            throws IOException {
        Instant now = clock.instant();
        forgetOld(now);
        int most = settings.get().max();
        int ofTenant = most - most / SHARES;
        if (byId.values().stream().filter(it -> it.tenant().equals(tenant)).count() >= ofTenant) {
            throw new IllegalArgumentException(
                    "the tenant %s has %d previews, those of the last day included, and the rest of preview.max (%d) is for others: raise it, or wait"
                            .formatted(tenant, ofTenant, most));
        }
        if (byId.size() >= most) {
            throw new IllegalArgumentException(
                    "there are %d previews, those of the last day included, and the limit is %d (preview.max): raise it, or wait"
                            .formatted(byId.size(), most));
        }
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Preview made =
                new Preview(
                        id(secret),
                        agent,
                        tenant,
                        port,
                        by.kind().label() + ":" + by.name(),
                        now.plus(ttl),
                        null);
        store.save(made);
        byId.put(made.id(), made);
        return new Made(made, secret);
    }

    private static Instant end(Preview preview) {
        Instant revoked = preview.revoked();
        return revoked == null || revoked.isAfter(preview.expires()) ? preview.expires() : revoked;
    }

    private void forgetOld(Instant now) throws IOException {
        List<String> old =
                byId.values().stream()
                        .filter(it -> now.isAfter(end(it).plus(LISTED)))
                        .map(Preview::id)
                        .toList();
        store.delete(old);
        byId.keySet().removeAll(old);
        open.keySet().removeAll(old);
    }

    /** The link is not valid any more, and the connections that show it end. */
    public void revoke(Preview preview) throws IOException {
        Preview revoked = preview.revokedAt(clock.instant());
        store.save(revoked);
        byId.put(revoked.id(), revoked);
        open.getOrDefault(revoked.id(), Set.of()).forEach(Channel::close);
    }

    /** The tokens have changed: ends the connections of previews whose callers have gone. */
    public void check() {
        open.forEach((id, channels) -> {
            Preview preview = byId.get(id);
            if (preview == null || state(preview) != State.OPEN) {
                channels.forEach(Channel::close);
            }
        });
    }

    /** The preview whose link has this secret; null if there is none. It may be over. */
    public @Nullable Preview ofSecret(String secret) {
        return secret.startsWith(PREFIX) ? byId.get(id(secret)) : null;
    }

    /** A connection shows it, until the channel closes or the preview is over. */
    public void shows(Preview preview, Channel channel) {
        Set<Channel> channels =
                open.computeIfAbsent(preview.id(), _ -> ConcurrentHashMap.newKeySet());
        channels.add(channel);
        Duration left = Duration.between(clock.instant(), preview.expires());
        var end =
                channel.eventLoop()
                        .schedule(
                                () -> channel.close(),
                                Math.max(0, left.toMillis()),
                                TimeUnit.MILLISECONDS);
        channel.closeFuture()
                .addListener(_ -> {
                    channels.remove(channel);
                    end.cancel(false);
                });
        if (state(byId.getOrDefault(preview.id(), preview)) != State.OPEN) {
            channel.close();
        }
    }

    private static String id(String secret) {
        return HexFormat.of().formatHex(Arrays.copyOf(HostNames.sha256(secret), ID_BYTES));
    }
}
