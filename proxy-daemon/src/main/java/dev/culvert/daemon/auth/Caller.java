package dev.culvert.daemon.auth;

import dev.culvert.daemon.config.Scope;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request: decides what it may do, and which agents exist for it.
 *
 * @param name of the token, of the user of the Unix socket, or the id of the agent; for logs
 * @param tenant the only one whose agents it sees; null for one that sees every tenant
 * @param token what it has shown; null for callers of other kinds
 * @param quota what it may use; null for a caller without limits
 */
public record Caller(
        String name,
        Kind kind,
        @Nullable String tenant,
        Set<Scope> scopes,
        @Nullable Shown token,
        @Nullable CallerQuota quota) {

    /** How the daemon knows who it is. */
    public enum Kind {
        /** Everybody who reaches the daemon: there are no credentials. */
        ANYBODY("anybody"),
        /** Showed nothing, where a route asks for nothing. */
        NOBODY("nobody"),
        TOKEN("token"),
        /** A user of a Unix socket, as the kernel names it. */
        UNIX("unix"),
        CERTIFICATE("certificate"),
        /** An agent, through a tunnel: may use providers, and nothing else. */
        AGENT("agent"),
        /** What starts a flow by itself: a trigger of the settings, which give it its rights. */
        TRIGGER("trigger");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** For logs and metrics. */
        public String label() {
            return label;
        }
    }

    private static final Pattern NO_ASCII = Pattern.compile("[^!-~]");
    private static final int MOST_LABEL = 100;

    /**
     * Everybody who reaches a daemon without credentials: sees every tenant and may do everything.
     */
    public static final Caller ANYBODY =
            new Caller("anybody", Kind.ANYBODY, null, EnumSet.allOf(Scope.class), null);

    /** A client without credentials, of a daemon that has some: sees no agent. */
    public static final Caller NOBODY = new Caller("nobody", Kind.NOBODY, null, Set.of(), null);

    /** An agent, which its tunnel proves. */
    public static Caller agent(String id, String tenant) {
        return new Caller(id, Kind.AGENT, tenant, Set.of(), null);
    }

    /** A caller without limits. */
    public Caller(
            String name,
            Kind kind,
            @Nullable String tenant,
            Set<Scope> scopes,
            @Nullable Shown token) {
        this(name, kind, tenant, scopes, token, null);
    }

    public Caller {
        scopes = Set.copyOf(scopes);
    }

    /**
     * In ASCII, such as {@code token:deploy}: callers of several kinds may have the same name. Cut
     * after 100 characters.
     */
    public String label() {
        String label = canEnd() ? kind.label() + ":" + name : name;
        return NO_ASCII.matcher(label.substring(0, Math.min(label.length(), MOST_LABEL)))
                .replaceAll("?");
    }

    /** Whether the agents of this tenant exist for the caller. */
    public boolean sees(String of) {
        return tenant == null ? kind != Kind.NOBODY : tenant.equals(of);
    }

    public boolean may(Need need) {
        if (kind == Kind.AGENT) {
            return need == Need.USE_PROVIDERS;
        }
        Scope scope = need.scope();
        return scope == null
                ? need == Need.NOTHING || kind != Kind.NOBODY
                : (scopes.contains(scope) && (tenant == null || !need.isOfEveryTenant()));
    }

    /** Whether its rights can end while a request of it runs. */
    public boolean canEnd() {
        return kind != Kind.ANYBODY && kind != Kind.NOBODY;
    }
}
