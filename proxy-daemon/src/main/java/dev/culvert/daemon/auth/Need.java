package dev.culvert.daemon.auth;

import dev.culvert.daemon.config.Scope;
import org.jspecify.annotations.Nullable;

/** What a caller must be allowed to do for a route to take its request. */
public enum Need {
    /** Open to everybody, also to callers without credentials: tells nothing about agents. */
    NOTHING(null, false),

    /** Open to every caller whom the daemon knows: tells it about itself. */
    A_CALLER(null, false),

    /** Reads agents or turns of the caller's tenant. */
    READ_AGENTS(Scope.AGENTS_READ, false),

    /** Sends messages to agents of the caller's tenant, stops their turns, or changes them. */
    CHANGE_AGENTS(Scope.AGENTS_WRITE, false),

    /** Has LLM services of the host's work for it, within the budget of its tenant. */
    USE_PROVIDERS(Scope.AGENTS_WRITE, false),

    /** Sees calls of tools that wait for a decision, with their arguments, and decides. */
    DECIDE(Scope.APPROVALS, false),

    /** Opens connections to ports of agents of the caller's tenant, or lets agents open some. */
    REACH(Scope.REACH, false),

    /** Manages how this host reaches others, which belongs to no tenant: keys and tunnels. */
    REACH_HOSTS(Scope.REACH, true),

    /** Runs flows, and sees those of the caller's tenant. */
    RUN_FLOWS(Scope.FLOWS, false),

    /** Sees servers of Proxmox and what they have, which belongs to no tenant. */
    READ_INVENTORY(Scope.INVENTORY, true),

    /** Makes, changes or destroys guests of Proxmox, which belong to no tenant. */
    CHANGE_GUESTS(Scope.GUESTS, true),

    /** Reads numbers that count the work of all tenants together. */
    READ_METRICS(Scope.METRICS_READ, true),

    /** Manages tokens of the caller's tenant. */
    MANAGE_TOKENS(Scope.ADMIN, false),

    /** Changes the daemon for all tenants: reload, drain, log level. */
    OPERATE(Scope.ADMIN, true);

    private final @Nullable Scope scope;
    private final boolean everyTenant;

    Need(@Nullable Scope scope, boolean everyTenant) {
        this.scope = scope;
        this.everyTenant = everyTenant;
    }

    /** The scope that the caller must have; null if it needs none. */
    public @Nullable Scope scope() {
        return scope;
    }

    /** Whether a caller of one tenant is refused, because all tenants are concerned. */
    public boolean isOfEveryTenant() {
        return everyTenant;
    }
}
