package dev.culvert.daemon.auth;

import dev.culvert.daemon.config.AuthSettings;
import dev.culvert.daemon.config.Scope;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All tokens, as the store had them last. Reading never waits and is for any thread; what changes
 * tokens blocks.
 */
public final class Tokens {
    /** How many there may be. */
    public static final int MOST = 10_000;

    /** How long a token that has ended is listed. */
    private static final Duration LISTED = Duration.ofDays(30);

    private final TokenStore store;
    private final Supplier<AuthSettings> settings;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final AtomicLong version = new AtomicLong();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Map<String, Token> byId = Map.of();

    /** A token with its secret, which nobody can look up later. */
    public record Made(Token token, String secret) {
        /** Without the secret. */
        @Override
        public String toString() {
            return "token " + token.id();
        }
    }

    public Tokens(TokenStore store, Supplier<AuthSettings> settings, InstantSource clock) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
    }

    Instant now() {
        return clock.instant();
    }

    /**
     * Reads the store. If it is empty although there were tokens, nothing changes: a file that was
     * removed must not open the daemon to everybody.
     *
     * @return whether the tokens are those of the store now
     */
    public boolean load() throws IOException {
        List<Token> read = store.read();
        if (read.isEmpty() && !byId.isEmpty()) {
            return false;
        }
        use(read);
        return true;
    }

    private void use(List<Token> all) {
        Map<String, Token> next = new LinkedHashMap<>();
        all.forEach(token -> next.put(token.id(), token));
        byId = next;
        changed();
    }

    /** Runs {@code listener} after each change, on the thread that made it. */
    public void listen(Runnable listener) {
        listeners.add(listener);
    }

    /** What was found out about callers before may be wrong now. */
    public void changed() {
        version.incrementAndGet();
        listeners.forEach(Runnable::run);
    }

    /** Grows with each change. */
    long version() {
        return version.get();
    }

    /** Also those that have ended. */
    public Collection<Token> all() {
        return byId.values();
    }

    public @Nullable Token find(String id) {
        return byId.get(id);
    }

    /** The only valid token of that name; null if there is none, or more than one. */
    public @Nullable Token byName(String name) {
        Instant now = clock.instant();
        List<Token> found =
                byId.values().stream()
                        .filter(token -> token.name().equals(name) && token.denial(now) == null)
                        .toList();
        return found.size() == 1 ? found.getFirst() : null;
    }

    /** How many tokens are valid. */
    public long count() {
        Instant now = clock.instant();
        return byId.values().stream().filter(token -> token.denial(now) == null).count();
    }

    /** When the next token or replaced secret ends by itself; null if none does. */
    public @Nullable Instant nextEnd() {
        Instant now = clock.instant();
        Instant next = null;
        for (Token token : byId.values()) {
            Token.Former former = token.former();
            next = earlier(next, token.expires(), now);
            next = earlier(next, former == null ? null : former.until(), now);
        }
        return next;
    }

    private static @Nullable Instant earlier(
            @Nullable Instant one, @Nullable Instant other, Instant now) {
        if (other == null || !other.isAfter(now)) {
            return one;
        }
        return one == null || other.isBefore(one) ? other : one;
    }

    /** Whether it has ended; null if it is valid. */
    public @Nullable Denial denial(Token token) {
        return token.denial(clock.instant());
    }

    /**
     * Makes a token. The first one must be able to make others.
     *
     * @param lifetime null for a token that never expires
     * @throws IllegalArgumentException one sentence without an end, when there can be no such token
     */
    public Made create(Grant grant, @Nullable Duration lifetime) throws IOException {
        Instant now = clock.instant();
        String id = Secret.newId(random);
        String secret = Secret.make(id, random);
        Instant expires = lifetime == null ? null : now.plus(lifetime);
        Token token = new Token(id, grant, SecretHash.of(secret), now, expires, null, null);
        change(before -> {
            check(before, grant, now);
            List<Token> after = listed(before, now);
            after.add(token);
            return after;
        });
        return new Made(token, secret);
    }

    private void check(List<Token> before, Grant grant, Instant now) {
        for (String role : grant.roles()) {
            if (settings.get().roles().stream().noneMatch(it -> it.name().equals(role))) {
                throw new IllegalArgumentException(settings.get().noSuchRole(role));
            }
        }
        if (before.isEmpty() && (grant.tenant() != null || !isAdmin(grant))) {
            throw new IllegalArgumentException(
                    "the first token must have the role admin and no tenant, because nobody could"
                            + " make another one otherwise: make it with culvertd init, or with"
                            + " culvert token create --name admin --role admin");
        }
        boolean isTaken =
                before.stream()
                        .anyMatch(token ->
                                token.denial(now) == null
                                        && token.name().equals(grant.name())
                                        && Objects.equals(token.tenant(), grant.tenant()));
        if (isTaken) {
            throw new IllegalArgumentException(
                    "there is a token of that name already: revoke or rotate it, or choose another"
                            + " name");
        }
        if (listed(before, now).size() >= MOST) {
            throw new IllegalArgumentException(
                    "there are " + MOST + " tokens, which is the most: revoke some of them");
        }
    }

    private boolean isAdmin(Grant grant) {
        return settings.get().scopes(grant.scopes(), grant.roles()).contains(Scope.ADMIN);
    }

    /** Without those that ended long ago, but never empty if it was not: see {@link #load}. */
    private static List<Token> listed(List<Token> before, Instant now) {
        Instant since = now.minus(LISTED);
        List<Token> after = new ArrayList<>(before);
        after.removeIf(token -> token.hasEndedBefore(since));
        return after;
    }

    /** Whether it ended so long ago that it is not listed any more. */
    public boolean isForgotten(Token token) {
        return token.hasEndedBefore(clock.instant().minus(LISTED));
    }

    /**
     * Takes over what other hosts know of tokens. Each is joined with what is known here.
     *
     * @return how many there was no room for
     */
    public int join(Collection<Token> others) throws IOException {
        boolean isKnown =
                others.stream()
                        .allMatch(it -> {
                            Token here = byId.get(it.id());
                            return here != null && here.equals(here.joined(it));
                        });
        if (isKnown) {
            return 0;
        }
        AtomicInteger left = new AtomicInteger();
        change(before -> {
            Map<String, Token> after = new LinkedHashMap<>();
            before.forEach(it -> after.put(it.id(), it));
            left.set(0);
            for (Token each : others) {
                Token known = after.get(each.id());
                if (known == null && after.size() >= MOST) {
                    left.incrementAndGet();
                } else {
                    after.put(each.id(), joined(known, each));
                }
            }
            return List.copyOf(after.values());
        });
        return left.get();
    }

    /** What is known of a token here, with what is known of it elsewhere. */
    public static Token joined(@Nullable Token here, Token elsewhere) {
        return here == null ? elsewhere : here.joined(elsewhere);
    }

    /**
     * Gives a token another secret.
     *
     * @param overlap how long the present secret stays valid
     * @return null if there is no valid token of that id
     */
    public @Nullable Made rotate(String id, Duration overlap) throws IOException {
        Instant now = clock.instant();
        String secret = Secret.make(id, random);
        Token before = find(id);
        if (before == null || before.denial(now) != null) {
            return null;
        }
        change(replacing(id, it -> it.rotated(SecretHash.of(secret), now.plus(overlap))));
        Token token = find(id);
        return token == null ? null : new Made(token, secret);
    }

    /** Ends a token now. Whoever uses it is refused, and its running streams end. */
    public void revoke(String id) throws IOException {
        Instant now = clock.instant();
        change(replacing(id, it -> it.revoked() == null ? it.revokedAt(now) : it));
    }

    private static UnaryOperator<List<Token>> replacing(String id, UnaryOperator<Token> change) {
        return before ->
                before.stream()
                        .map(token -> token.id().equals(id) ? change.apply(token) : token)
                        .toList();
    }

    private void change(UnaryOperator<List<Token>> change) throws IOException {
        use(store.change(change));
    }
}
