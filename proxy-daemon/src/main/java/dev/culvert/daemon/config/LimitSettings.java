package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Section;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The section {@code limits}.
 *
 * @param eachTenant of every tenant that {@code tenants} does not name
 * @param eachToken of every token, where it has no limit of its own
 */
public record LimitSettings(
        CallerLimits eachTenant, CallerLimits eachToken, List<TenantLimits> tenants) {

    /** Of one tenant. */
    public record TenantLimits(String tenant, CallerLimits limits) {
        static TenantLimits read(Section in) {
            String tenant = in.get("tenant", AgentSettings.NAME_KIND, "");
            Check.that(!tenant.isEmpty(), "tenant", "missing", "limits are of one tenant: name it");
            return new TenantLimits(tenant, CallerLimits.read(in));
        }
    }

    public static final LimitSettings DEFAULTS =
            new LimitSettings(CallerLimits.DEFAULTS, CallerLimits.DEFAULTS, List.of());

    public LimitSettings {
        tenants = List.copyOf(tenants);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < tenants.size(); i++) {
            String tenant = tenants.get(i).tenant();
            Check.that(
                    names.add(tenant),
                    "tenants[" + i + "].tenant",
                    '"' + tenant + '"',
                    "there are limits of that tenant already");
        }
    }

    static LimitSettings read(Section in) {
        return new LimitSettings(
                in.section("each_tenant", CallerLimits::read),
                in.section("each_token", CallerLimits::read),
                in.sections("tenants", TenantLimits::read));
    }

    public CallerLimits ofTenant(String tenant) {
        return tenants.stream()
                .filter(it -> it.tenant().equals(tenant))
                .findFirst()
                .map(TenantLimits::limits)
                .orElse(eachTenant);
    }
}
