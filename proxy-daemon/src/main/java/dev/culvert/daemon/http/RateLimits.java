package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.TOO_MANY_REQUESTS;

import dev.culvert.daemon.auth.CallerQuota;
import dev.culvert.daemon.auth.Quota;
import dev.culvert.daemon.auth.Quota.Limit;
import dev.culvert.daemon.auth.Quota.Reached;
import dev.culvert.daemon.config.ByteRate;
import dev.culvert.daemon.config.Rate;
import io.netty.util.AsciiString;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;

/**
 * What callers are told about their limits: 429, and the fields {@code RateLimit-Policy} and {@code
 * RateLimit} (draft-ietf-httpapi-ratelimit-headers-10).
 */
public final class RateLimits {
    private static final AsciiString POLICY = AsciiString.cached("ratelimit-policy");
    private static final AsciiString STATE = AsciiString.cached("ratelimit");
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private RateLimits() {}

    /**
     * Takes one request of {@code quota}.
     *
     * @throws ProblemException 429 when there is none left
     */
    static void takeRequest(CallerQuota quota) {
        Reached reached = quota.takeRequest();
        if (reached == null) {
            return;
        }
        Problem problem = problem(reached);
        String policy = policy(quota);
        String state = state(quota);
        problem = policy.isEmpty() ? problem : problem.header(POLICY, policy);
        throw new ProblemException(state.isEmpty() ? problem : problem.header(STATE, state));
    }

    /**
     * Takes one turn of {@code quota}, which must be ended. The answer {@link #describe describes}
     * the quota already.
     *
     * @throws ProblemException 429 when there is none left
     */
    public static void takeTurn(CallerQuota quota) {
        Reached reached = quota.takeTurn();
        if (reached != null) {
            throw new ProblemException(problem(reached));
        }
    }

    private static Problem problem(Reached reached) {
        Quota of = reached.quota();
        String who = "The %s '%s'".formatted(of.of().label(), of.name());
        int wait = (int) Math.max(1, seconds(reached.waitNanos()));
        String sentence =
                switch (reached.limit()) {
                    case RATE ->
                            "%s may send requests at a rate of %s (%s): wait %d s and send it again."
                                    .formatted(who, rate(of), keys(of), wait);
                    case BYTES ->
                            "%s may receive and send %s of bodies and has used more (%s): wait %d s and send it again."
                                    .formatted(who, bytes(of), keys(of), wait);
                    case TURNS ->
                            "%s may have %d turns at once (%s): wait until one of them ends and send it again."
                                    .formatted(who, of.limits().turns(), keys(of));
                };
        return Problem.of(TOO_MANY_REQUESTS, sentence)
                .member("code", "rate_limited")
                .member("limit", reached.limit().label())
                .retryAfter(wait);
    }

    private static String rate(Quota of) {
        return of.limits().rate().map(Rate::toString).orElse("");
    }

    private static String bytes(Quota of) {
        return of.limits().bytes().map(ByteRate::toString).orElse("");
    }

    private static String keys(Quota of) {
        return switch (of.of()) {
            case TENANT -> "limits.tenants, limits.each_tenant";
            case TOKEN -> "the token's own limit, or limits.each_token";
        };
    }

    /** Adds to {@code answer} what its caller may still use. */
    public static void describe(Answer answer, CallerQuota quota) {
        String policy = policy(quota);
        if (!policy.isEmpty()) {
            answer.header(POLICY, policy);
        }
        String state = state(quota);
        if (!state.isEmpty()) {
            answer.header(STATE, state);
        }
    }

    private static String policy(CallerQuota quota) {
        StringJoiner policies = new StringJoiner(", ");
        for (Quota of : quota.quotas()) {
            of.limits()
                    .rate()
                    .ifPresent(rate ->
                            policies.add(
                                    "\"%s\";q=%d;w=%d"
                                            .formatted(
                                                    of.of().label(),
                                                    rate.count(),
                                                    rate.per().toSeconds())));
            of.limits()
                    .bytes()
                    .ifPresent(rate ->
                            policies.add(
                                    "\"%s\";q=%d;qu=\"content-bytes\";w=1"
                                            .formatted(
                                                    name(of, Limit.BYTES), rate.bytesPerSecond())));
            if (of.limits().turns() > 0) {
                policies.add(
                        "\"%s\";q=%d;qu=\"concurrent-requests\""
                                .formatted(name(of, Limit.TURNS), of.limits().turns()));
            }
        }
        return policies.toString();
    }

    private static String state(CallerQuota quota) {
        StringJoiner states = new StringJoiner(", ");
        long now = quota.now();
        for (Quota of : quota.quotas()) {
            if (of.limits().rate().isPresent()) {
                add(states, of.of().label(), of.requestsLeft(now), of.requestsFullInNanos(now));
            }
            if (of.limits().bytes().isPresent()) {
                add(states, name(of, Limit.BYTES), of.bytesLeft(now), of.bytesFullInNanos(now));
            }
        }
        return states.toString();
    }

    private static void add(StringJoiner states, String name, long left, long fullInNanos) {
        states.add("\"%s\";r=%d;t=%d".formatted(name, left, seconds(fullInNanos)));
    }

    /** Of the policy; that of requests has the quota's name alone. */
    private static String name(Quota of, Limit limit) {
        return of.of().label() + "-" + limit.label();
    }

    private static long seconds(long nanos) {
        return (nanos + SECOND - 1) / SECOND;
    }
}
