package dev.culvert.daemon.auth;

import dev.culvert.daemon.auth.Caller.Kind;
import dev.culvert.daemon.config.AuthSettings;
import dev.culvert.daemon.config.Scope;
import dev.culvert.daemon.config.UnixUser;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells who a client is, by the credentials that it shows. Used on every event loop. */
/* A daemon without credentials lets everybody in, and looks at one boolean for each request. Once it has some, it asks
 * for them until it ends: what a reload or a removed file takes away never opens it again. */
public sealed class Callers permits AgentCallers, Operators {
    private final Tokens tokens;
    private final Supplier<AuthSettings> settings;
    private final UserNames names;
    private final AuthObserver observer;
    private final Quotas quotas;
    private volatile boolean on;

    public Callers(
            Tokens tokens,
            Supplier<AuthSettings> settings,
            UserNames names,
            Quotas quotas,
            AuthObserver observer) {
        this.quotas = quotas;
        this.tokens = tokens;
        this.settings = settings;
        this.names = names;
        this.observer = observer;
        tokens.listen(this::look);
        look();
    }

    /** For a daemon that has no credentials and never will have. */
    public static Callers anybody() {
        return new Callers(
                noTokens(),
                () -> AuthSettings.DEFAULTS,
                new UserNames(),
                Quotas.none(),
                AuthObserver.NONE);
    }

    /**
     * For a socket whose file's permissions decide who connects: whoever does may do everything.
     */
    public static Callers operators(UserNames names) {
        return new Operators(names);
    }

    /** For tunnels of agents: the connection says which agent it is. */
    public static Callers agents() {
        return new AgentCallers();
    }

    static Tokens noTokens() {
        return new Tokens(new MemoryTokens(), () -> AuthSettings.DEFAULTS, InstantSource.system());
    }

    private void look() {
        if (!tokens.all().isEmpty() || !settings.get().unix().isEmpty()) {
            on = true;
        }
    }

    /** Whether there are no credentials, so that everybody may do everything. */
    public boolean areOff() {
        return !on;
    }

    /** Whether a request may show a secret; else only its connection tells who sends it. */
    public boolean readSecrets() {
        return true;
    }

    /** Grows whenever the answers may have changed. */
    public long version() {
        return tokens.version();
    }

    /** Whether {@code text} begins as the secrets of tokens do. */
    public static boolean isLikeSecret(String text) {
        return text.startsWith(Secret.PREFIX);
    }

    /** Who has shown this secret. */
    public Identity ofSecret(String secret) {
        String id = Secret.idOf(secret);
        Token token = id == null ? null : tokens.find(id);
        if (token == null) {
            return new Identity.Denied(Denial.INVALID_TOKEN);
        }
        Shown shown = new Shown(token, SecretHash.of(secret));
        Denial why = denial(shown, token, tokens.now());
        return why == null
                ? new Identity.Known(caller(Kind.TOKEN, shown))
                : new Identity.Denied(why);
    }

    /** Who has shown a certificate that stands for the token of this name. */
    public Identity ofCertificate(String name) {
        Token token = tokens.byName(name);
        return token == null
                ? new Identity.Denied(Denial.INVALID_TOKEN)
                : new Identity.Known(caller(Kind.CERTIFICATE, new Shown(token, token.secret())));
    }

    /**
     * Who connected to a Unix socket.
     *
     * @return null if {@code auth.unix} does not name the user
     */
    public @Nullable Caller ofUnixPeer(long uid, long gid) {
        AuthSettings now = settings.get();
        for (UnixUser user : now.unix()) {
            if (user.isPeer(uid, gid)) {
                Set<Scope> scopes = now.scopes(user.scopes(), user.roles());
                String tenant = user.tenant().orElse(null);
                return new Caller(
                        names.of(uid, gid),
                        Kind.UNIX,
                        tenant,
                        scopes,
                        null,
                        quotas.of(tenant, null));
            }
        }
        return null;
    }

    /**
     * Who connected without the kernel telling who it is.
     *
     * @return null if such a client is nobody
     */
    public @Nullable Caller ofStranger() {
        return null;
    }

    private Caller caller(Kind kind, Shown shown) {
        Grant grant = shown.token().grant();
        return new Caller(
                grant.name(),
                kind,
                grant.tenant(),
                settings.get().scopes(grant.scopes(), grant.roles()),
                shown,
                quotas.of(grant.tenant(), shown.token()));
    }

    /**
     * A caller of before, with the rights of now; null if it is not let in any more. Of a user of a
     * Unix socket only the name is known, and so is of a token after a restart.
     */
    public @Nullable Caller again(Caller before) {
        return switch (before.kind()) {
            case ANYBODY -> areOff() ? Caller.ANYBODY : null;
            case NOBODY, AGENT, TRIGGER -> null; // the settings of triggers know
            case UNIX ->
                    new Caller(
                            before.name(),
                            Kind.UNIX,
                            before.tenant(),
                            Set.of(),
                            null,
                            quotas.of(before.tenant(), null));
            case TOKEN, CERTIFICATE -> {
                Token token = valid(before);
                yield token == null
                        ? null
                        : caller(before.kind(), new Shown(token, token.secret()));
            }
        };
    }

    private @Nullable Token valid(Caller of) {
        for (Token token : tokens.all()) {
            Shown shown = of.token();
            if (token.name().equals(of.name())
                    && Objects.equals(token.tenant(), of.tenant())
                    && (shown == null || shown.token().id().equals(token.id()))
                    && tokens.denial(token) == null) {
                return token;
            }
        }
        return null;
    }

    /** Why a caller that was let in before is not let in any more; null if it still is. */
    public @Nullable Denial denial(Caller caller) {
        Shown shown = caller.token();
        if (shown == null) {
            return null;
        }
        Token token = tokens.find(shown.token().id());
        if (token == null) {
            return Denial.TOKEN_REVOKED;
        }
        if (caller.kind() == Kind.CERTIFICATE) {
            return token.denial(tokens.now());
        }
        Denial why = denial(shown, token, tokens.now());
        return why == Denial.INVALID_TOKEN ? Denial.TOKEN_EXPIRED : why; // its secret was replaced
    }

    private static @Nullable Denial denial(Shown shown, Token token, Instant now) {
        Denial ended = token.denial(now);
        if (token.secret().isSame(shown.secret())) {
            return ended;
        }
        Token.Former former = token.former();
        if (former == null || !former.secret().isSame(shown.secret())) {
            return Denial.INVALID_TOKEN;
        }
        return ended == null && !now.isBefore(former.until()) ? Denial.TOKEN_EXPIRED : ended;
    }

    /** Counts a refusal. */
    public void onDenied(Denial why) {
        observer.onDenied(why);
    }
}
