package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Section;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sections about what agents reach outside, through this host.
 *
 * @param providers LLM services, in the order in which they are asked; no two have the same name
 * @param egress servers that agents may reach
 */
public record OutsideSettings(
        List<ProviderSettings> providers, BudgetSettings budgets, List<EgressRule> egress) {
    public static final OutsideSettings DEFAULTS =
            new OutsideSettings(List.of(), BudgetSettings.DEFAULTS, List.of());

    public OutsideSettings {
        providers = List.copyOf(providers);
        egress = List.copyOf(egress);
        Map<String, Integer> first = new HashMap<>();
        for (int i = 0; i < providers.size(); i++) {
            String name = providers.get(i).name();
            Integer before = first.putIfAbsent(name, i);
            Check.that(
                    before == null,
                    "providers[" + i + "].name",
                    '"' + name + '"',
                    "providers[" + before + "].name is the same");
        }
    }

    /** Reads them from the top level of all settings. */
    static OutsideSettings read(Section in) {
        return new OutsideSettings(
                in.sections("providers", ProviderSettings::read),
                in.section("budgets", BudgetSettings::read),
                in.sections("egress", EgressRule::read));
    }
}
