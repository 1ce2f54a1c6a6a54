package dev.culvert.daemon.fleet;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The changes of the fleet as each tenant sees them, and as those see them who see every tenant.
 * The numbers of one tenant tell nothing of the others. Called on any thread.
 */
final class ChangeLogs implements FleetListener {
    /** How many tenants have logs; those whose agents changed or were asked for last. */
    static final int MOST_TENANTS = 10_000;

    private final ChangeLog all = new ChangeLog();
    private final Map<String, ChangeLog> tenants =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, ChangeLog> eldest) {
                    return size() > MOST_TENANTS;
                }
            };

    /**
     * Of one tenant; another one than before if the former was forgotten.
     *
     * @param tenant null for every tenant
     */
    ChangeLog of(@Nullable String tenant) {
        if (tenant == null) {
            return all;
        }
        synchronized (tenants) {
            return tenants.computeIfAbsent(tenant, _ -> new ChangeLog());
        }
    }

    @Override
    public void onAny(Agent agent) {
        all.add(agent.id());
        of(agent.tenant()).add(agent.id());
    }

    @Override
    public void onRemoved(Agent agent) {
        all.addRemoval(agent.id());
        of(agent.tenant()).addRemoval(agent.id());
    }

    /** For the tenant that it left it is gone. */
    @Override
    public void onTenantChanged(Agent agent, String before) {
        of(before).addRemoval(agent.id());
        onAny(agent);
    }
}
