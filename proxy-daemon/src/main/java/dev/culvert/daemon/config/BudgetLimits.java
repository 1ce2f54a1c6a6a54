package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.util.OptionalLong;

/**
 * How much of the providers an agent, or a tenant, may use. Each limit is off by default.
 *
 * @param tokensPerHour read and written by models
 * @param tokensPerDay likewise
 * @param requestsPerHour that were let in
 * @param requestsPerDay likewise
 */
public record BudgetLimits(
        OptionalLong tokensPerHour,
        OptionalLong tokensPerDay,
        OptionalLong requestsPerHour,
        OptionalLong requestsPerDay) {
    public static final BudgetLimits DEFAULTS =
            new BudgetLimits(
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty());

    private static final long MOST = 1_000_000_000_000_000L;

    public BudgetLimits {
        check("tokens_per_hour", tokensPerHour);
        check("tokens_per_day", tokensPerDay);
        check("requests_per_hour", requestsPerHour);
        check("requests_per_day", requestsPerDay);
    }

    private static void check(String key, OptionalLong limit) {
        limit.ifPresent(value -> Check.between(key, value, 0, MOST));
    }

    static BudgetLimits read(Section in) {
        return new BudgetLimits(
                limit(in, "tokens_per_hour"),
                limit(in, "tokens_per_day"),
                limit(in, "requests_per_hour"),
                limit(in, "requests_per_day"));
    }

    private static OptionalLong limit(Section in, String key) {
        return in.find(key, Kind.LONG).map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    /** Whether nothing is limited. */
    public boolean areOff() {
        return equals(DEFAULTS);
    }
}
