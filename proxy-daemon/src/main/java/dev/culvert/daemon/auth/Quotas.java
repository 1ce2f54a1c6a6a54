package dev.culvert.daemon.auth;

import dev.culvert.daemon.auth.Quota.Of;
import dev.culvert.daemon.auth.Quota.Reached;
import dev.culvert.daemon.config.CallerLimits;
import dev.culvert.daemon.config.LimitSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The quotas of all tenants and tokens that have limits. Used on every event loop. */
/* Asked only when a caller is looked up, which is once for many requests. A tenant or a token that is gone keeps its
 * quota: there are as many as there were tokens. */
public final class Quotas {
    private final Supplier<LimitSettings> settings;
    private final LongSupplier nanos;
    private final Consumer<Reached> observer;
    private final Map<String, Quota> ofTenants = new ConcurrentHashMap<>();
    private final Map<String, Quota> ofTokens = new ConcurrentHashMap<>();

    /**
     * @param observer counts what is refused; called on every event loop
     */
    public Quotas(
            Supplier<LimitSettings> settings, LongSupplier nanos, Consumer<Reached> observer) {
        this.settings = settings;
        this.nanos = nanos;
        this.observer = observer;
    }

    /** Limits nobody. */
    public static Quotas none() {
        return new Quotas(() -> LimitSettings.DEFAULTS, System::nanoTime, _ -> {});
    }

    long now() {
        return nanos.getAsLong();
    }

    void onReached(Reached reached) {
        observer.accept(reached);
    }

    /**
     * Those of a caller.
     *
     * @param tenant null for a caller that sees all
     * @param token null for a caller without one
     * @return null if nothing of it is limited
     */
    @Nullable CallerQuota of(@Nullable String tenant, @Nullable Token token) {
        LimitSettings now = settings.get();
        List<Quota> quotas = new ArrayList<>(2);
        if (token != null) {
            add(quotas, ofTokens, token.id(), Of.TOKEN, token.name(), ofToken(now, token));
        }
        if (tenant != null) {
            add(quotas, ofTenants, tenant, Of.TENANT, tenant, now.ofTenant(tenant));
        }
        return quotas.isEmpty() ? null : new CallerQuota(List.copyOf(quotas), this);
    }

    private static CallerLimits ofToken(LimitSettings now, Token token) {
        CallerLimits each = now.eachToken();
        Grant.Limits own = token.grant().limits();
        return new CallerLimits(
                Optional.ofNullable(own.rate()).or(each::rate),
                own.rate() == null ? each.burst() : 0,
                Optional.ofNullable(own.bytes()).or(each::bytes),
                own.turns() == 0 ? each.turns() : own.turns());
    }

    private void add(
            List<Quota> quotas,
            Map<String, Quota> known,
            String key,
            Of of,
            String name,
            CallerLimits limits) {
        Quota quota =
                known.compute(
                        key,
                        (_, before) -> {
                            if (before != null && before.limits().equals(limits)) {
                                return before;
                            }
                            return limits.areOff() && before == null
                                    ? null
                                    : new Quota(of, name, limits, before, nanos.getAsLong());
                        });
        if (quota != null && !limits.areOff()) {
            quotas.add(quota);
        }
    }
}
