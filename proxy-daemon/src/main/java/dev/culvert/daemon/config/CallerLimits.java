package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.util.Optional;

/**
 * How much a tenant, or the holder of a token, may use. Each limit is off by default.
 *
 * @param rate of requests
 * @param burst how many requests may come at once; 0 for as many as {@code rate} names
 * @param bytes of bodies, received and sent
 * @param turns at once; 0 for no limit
 */
public record CallerLimits(Optional<Rate> rate, int burst, Optional<ByteRate> bytes, int turns) {
    public static final CallerLimits DEFAULTS =
            new CallerLimits(Optional.empty(), 0, Optional.empty(), 0);

    private static final Kind<Rate> RATE = Kind.text(Rate.TAKES, Rate::parse);
    private static final Kind<ByteRate> BYTE_RATE = Kind.text(ByteRate.TAKES, ByteRate::parse);

    public CallerLimits {
        Check.atLeast("burst", burst, 0);
        Check.that(
                burst == 0 || rate.isPresent(),
                "burst",
                burst,
                "it is part of a rate, and there is none");
        Check.atLeast("turns", turns, 0);
    }

    static CallerLimits read(Section in) {
        return new CallerLimits(
                in.find("rate", RATE),
                in.get("burst", Kind.INT, DEFAULTS.burst),
                in.find("bytes", BYTE_RATE),
                in.get("turns", Kind.INT, DEFAULTS.turns));
    }

    /** Whether nothing is limited. */
    public boolean areOff() {
        return equals(DEFAULTS);
    }
}
