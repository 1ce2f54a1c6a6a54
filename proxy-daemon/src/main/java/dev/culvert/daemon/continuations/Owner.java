package dev.culvert.daemon.continuations;

import dev.culvert.daemon.auth.Caller;

/**
 * Who may go on with a turn.
 *
 * @param tenant empty for one that sees every tenant
 * @param caller its kind and name
 */
record Owner(String tenant, String caller) {
    static Owner of(Caller caller) {
        String tenant = caller.tenant();
        return new Owner(tenant == null ? "" : tenant, caller.kind().label() + ":" + caller.name());
    }

    boolean owns(Continuation it) {
        return it.tenant().equals(tenant) && it.caller().equals(caller);
    }
}
