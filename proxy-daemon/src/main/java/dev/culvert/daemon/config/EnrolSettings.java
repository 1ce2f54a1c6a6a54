package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The keys of the section {@code fleet} that are about agents which enrol themselves.
 *
 * @param clones what becomes of a copy
 * @param identityLifetime how long a key is valid; empty for ever
 * @param joinUrl where guests reach the daemon, for the command that people run in them; empty to
 *     take the address at which they asked for it
 * @param maxEnrollments how many may be listed
 */
public record EnrolSettings(
        ClonePolicy clones,
        Optional<Duration> identityLifetime,
        Optional<String> joinUrl,
        int maxEnrollments) {
    public static final EnrolSettings DEFAULTS =
            new EnrolSettings(ClonePolicy.SUPERSEDE, Optional.empty(), Optional.empty(), 1_000);

    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Pattern URL =
            Pattern.compile("(wss?|tcp|tls|vsock)://[A-Za-z0-9._:/\\[\\]-]{1,200}");
    private static final Kind<ClonePolicy> POLICY =
            Kind.oneOf(List.of(ClonePolicy.values()), ClonePolicy::label);

    public EnrolSettings {
        Check.that(
                identityLifetime.isEmpty() || identityLifetime.get().compareTo(SHORTEST) >= 0,
                "identity_lifetime",
                identityLifetime.map(Duration::toString).orElse(""),
                "a key lives for at least 1m, or for ever without this key");
        Check.atLeast("max_enrollments", maxEnrollments, 1);
    }

    static EnrolSettings read(Section in) {
        return new EnrolSettings(
                in.get("clones", POLICY, DEFAULTS.clones),
                in.find("identity_lifetime", AuthSettings.LIFETIME),
                in.find(
                        "join_url",
                        Kind.matching(
                                URL,
                                "an address such as \"wss://culvert.example:8443\", \"ws://…\","
                                        + " \"tls://…\", \"tcp://…\" or \"vsock://2:1025\"")),
                in.get("max_enrollments", Kind.INT, DEFAULTS.maxEnrollments));
    }
}
