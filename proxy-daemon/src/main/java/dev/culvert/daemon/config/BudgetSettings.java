package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The section {@code budgets}: how much of the providers may be used.
 *
 * @param eachAgent of every agent that {@code agents} does not name
 * @param eachTenant of every tenant that {@code tenants} does not name
 * @param reserveTokens for the answer to a request that does not say how long it may be
 */
public record BudgetSettings(
        BudgetLimits eachAgent,
        BudgetLimits eachTenant,
        List<Named> agents,
        List<Named> tenants,
        int reserveTokens) {

    /** Of one agent or tenant. */
    public record Named(String name, BudgetLimits limits) {
        private static Named read(Section in, String key) {
            String name = in.get(key, AgentSettings.NAME_KIND, "");
            Check.that(!name.isEmpty(), key, "missing", "a budget is of one " + key + ": name it");
            return new Named(name, BudgetLimits.read(in));
        }
    }

    public static final BudgetSettings DEFAULTS =
            new BudgetSettings(
                    BudgetLimits.DEFAULTS, BudgetLimits.DEFAULTS, List.of(), List.of(), 4096);

    private static final int MOST_RESERVED = 10_000_000;

    public BudgetSettings {
        agents = List.copyOf(agents);
        tenants = List.copyOf(tenants);
        unique("agents", "agent", agents);
        unique("tenants", "tenant", tenants);
        Check.between("reserve_tokens", reserveTokens, 1, MOST_RESERVED);
    }

    private static void unique(String list, String key, List<Named> all) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < all.size(); i++) {
            String name = all.get(i).name();
            Check.that(
                    names.add(name),
                    list + "[" + i + "]." + key,
                    '"' + name + '"',
                    "there is a budget of that " + key + " already");
        }
    }

    static BudgetSettings read(Section in) {
        return new BudgetSettings(
                in.section("each_agent", BudgetLimits::read),
                in.section("each_tenant", BudgetLimits::read),
                in.sections("agents", it -> Named.read(it, "agent")),
                in.sections("tenants", it -> Named.read(it, "tenant")),
                in.get("reserve_tokens", Kind.INT, DEFAULTS.reserveTokens));
    }

    public BudgetLimits ofAgent(String agent) {
        return find(agents, agent, eachAgent);
    }

    public BudgetLimits ofTenant(String tenant) {
        return find(tenants, tenant, eachTenant);
    }

    private static BudgetLimits find(List<Named> all, String name, BudgetLimits otherwise) {
        return all.stream()
                .filter(it -> it.name().equals(name))
                .findFirst()
                .map(Named::limits)
                .orElse(otherwise);
    }
}
