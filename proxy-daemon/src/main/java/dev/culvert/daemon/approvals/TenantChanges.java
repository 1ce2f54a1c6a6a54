package dev.culvert.daemon.approvals;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;

/**
 * The changes of each tenant, for as long as one of its approvals is kept or somebody reads them.
 * Confined by the lock of its owner.
 */
/*
 * A tenant has numbers of its own, so that nobody can count what others ask. Numbers that are dropped begin again in
 * another epoch: who comes back with an old one is shown all that is left.
 */
final class TenantChanges {
    /** Of those whose approvals are kept. */
    private final Map<String, ChangeNumbers> kept = new HashMap<>();

    /** Of those, and of those whose readers are still there. */
    private final Map<String, WeakReference<ChangeNumbers>> known = new HashMap<>();

    ChangeNumbers of(String tenant) {
        WeakReference<ChangeNumbers> reference = known.get(tenant);
        ChangeNumbers found = reference == null ? null : reference.get();
        if (found == null) {
            known.values().removeIf(it -> it.get() == null);
            found = new ChangeNumbers();
            known.put(tenant, new WeakReference<>(found));
        }
        return found;
    }

    void add(String tenant, String id) {
        ChangeNumbers numbers = of(tenant);
        numbers.add(id);
        kept.put(tenant, numbers);
    }

    void forget(String tenant, String id) {
        ChangeNumbers numbers = of(tenant);
        numbers.forget(id);
        if (numbers.isEmpty()) {
            kept.remove(tenant);
        }
    }

    /** How many tenants it keeps changes of, whether anybody reads them or not. */
    int size() {
        return kept.size();
    }
}
