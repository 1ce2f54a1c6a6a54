package dev.culvert.daemon.providers;

import dev.culvert.daemon.config.BudgetLimits;
import dev.culvert.daemon.config.BudgetSettings;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What agents and tenants have used of the providers, and what they may use. Safe for all threads.
 */
/* One lock for all of it, which a request takes when it begins, when it ends, and when it needs more than it has
 * reserved: no event of a stream takes it, as long as its reservation lasts. What is reserved never exceeds a limit,
 * except by what a provider has sent already: so no number of requests at once uses more than the limit and one event
 * for each of them, of what providers show in their streams. What they do not show (the tokens of a hidden reasoning)
 * counts when they say it, at the end; and where they have not said it, all that was reserved counts. */
public final class Budgets {
    /**
     * A stream that needs more gets a little more than that, so that it does not ask at each event.
     */
    private static final long EXTRA_TOKENS = 16;

    /** When it is worth while to ask again, if requests that run hold what is left. */
    private static final int SOON_SECONDS = 5;

    /** What one holder uses in one span. */
    private record Key(Holder holder, Span span) {}

    /**
     * The state of one budget, for people.
     *
     * @param tokens used, with those of requests that run
     * @param reserved for requests that run, beyond what they have used
     */
    public record Standing(
            Holder holder,
            Span span,
            Instant start,
            Instant end,
            long tokens,
            long reserved,
            OptionalLong tokenLimit,
            long requests,
            OptionalLong requestLimit) {}

    private final Supplier<BudgetSettings> settings;
    private final InstantSource clock;
    private final Map<Key, Meter> meters = new HashMap<>();
    private final Set<Lease> leases = new HashSet<>();

    public Budgets(Supplier<BudgetSettings> settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** Goes on from what was kept; rows of spans that are over are left out. */
    public synchronized void restore(List<BudgetRow> rows) {
        Instant now = clock.instant();
        for (BudgetRow row : rows) {
            if (row.start().equals(row.span().start(now))) {
                meters.put(new Key(row.holder(), row.span()), new Meter(row));
            }
        }
    }

    /**
     * Lets a request in, and reserves for it what it may use.
     *
     * @param holders whose budgets it takes from
     * @param input tokens that the model reads, by an estimate
     * @param mostTokens of the answer; 0 if the request does not say
     * @param canBeCut whether less than that may be reserved, because the answer can end early
     * @throws BudgetException if a budget is used up
     */
    Lease admit(List<Holder> holders, long input, long mostTokens, boolean canBeCut)
            throws BudgetException {
        BudgetSettings now = settings.get();
        long wanted = input + (mostTokens == 0 ? now.reserveTokens() : mostTokens);
        long least = canBeCut ? input + 1 : wanted;
        return admit(holders, now, wanted, least);
    }

    private synchronized Lease admit(
            List<Holder> holders, BudgetSettings limits, long wanted, long least)
            throws BudgetException {
        Instant now = clock.instant();
        long grant = wanted;
        for (Holder holder : holders) {
            for (Span span : Span.values()) {
                Meter meter = meter(holder, span, now);
                OptionalLong requests = requestLimit(limits, holder, span);
                if (requests.isPresent() && meter.requests() >= requests.getAsLong()) {
                    throw usedUp(meter, "requests", requests.getAsLong(), now);
                }
                OptionalLong tokens = tokenLimit(limits, holder, span);
                long left = meter.left(tokens);
                if (left < least) {
                    throw tooFew(meter, tokens.orElseThrow(), least, now);
                }
                grant = Math.min(grant, left);
            }
        }
        for (Holder holder : holders) {
            for (Span span : Span.values()) {
                meter(holder, span, now).admit(grant);
            }
        }
        Lease lease = new Lease(this, holders, isLimited(limits, holders), grant);
        leases.add(lease);
        return lease;
    }

    private static boolean isLimited(BudgetSettings limits, List<Holder> holders) {
        return holders.stream()
                .anyMatch(holder ->
                        tokenLimit(limits, holder, Span.HOUR).isPresent()
                                || tokenLimit(limits, holder, Span.DAY).isPresent());
    }

    /** Whether any of these budgets has a limit of tokens. */
    boolean areLimited(List<Holder> holders) {
        return isLimited(settings.get(), holders);
    }

    /** How many tokens an answer gets that does not say how many it wants. */
    long reserveTokens() {
        return settings.get().reserveTokens();
    }

    private Meter meter(Holder holder, Span span, Instant now) {
        Meter meter =
                meters.computeIfAbsent(new Key(holder, span), _ -> new Meter(holder, span, now));
        meter.roll(now);
        return meter;
    }

    private static BudgetException tooFew(Meter meter, long limit, long least, Instant now) {
        return limit - meter.tokens() >= least
                ? new BudgetException(
                        "The %s '%s' may use %d tokens in this %s, and requests that run have reserved what is left: ask again when they have ended, or ask for less with max_tokens."
                                .formatted(
                                        meter.holder.kind().label(),
                                        meter.holder.name(),
                                        limit,
                                        meter.span.label()),
                        SOON_SECONDS)
                : usedUp(meter, "tokens", limit, now);
    }

    private static BudgetException usedUp(Meter meter, String what, long limit, Instant now) {
        String kind = meter.holder.kind().label();
        return new BudgetException(
                "The %s '%s' has used up its %d %s of this %s: ask again in the next one, which begins at %s, or raise %s_per_%s in budgets of the daemon's settings."
                        .formatted(
                                kind,
                                meter.holder.name(),
                                limit,
                                what,
                                meter.span.label(),
                                meter.end(),
                                what,
                                meter.span.label()),
                Span.seconds(now, meter.end()));
    }

    /**
     * A request needs {@code tokens} more than it has reserved, because they were sent already.
     *
     * @return how many it has got, perhaps more than that; -1 if the budgets have not so many: what
     *     was sent counts, and nothing more may come
     */
    synchronized long extend(List<Holder> holders, long tokens) {
        BudgetSettings limits = settings.get();
        Instant now = clock.instant();
        long grant = tokens + EXTRA_TOKENS;
        for (Holder holder : holders) {
            for (Span span : Span.values()) {
                grant =
                        Math.min(
                                grant,
                                meter(holder, span, now).left(tokenLimit(limits, holder, span)));
            }
        }
        long reserved = Math.max(grant, tokens);
        for (Holder holder : holders) {
            for (Span span : Span.values()) {
                meter(holder, span, now).reserve(reserved);
            }
        }
        return grant >= tokens ? grant : -1;
    }

    /** Reserves more, which nobody has used yet; false if it is not there. */
    synchronized boolean reserve(List<Holder> holders, long tokens) {
        BudgetSettings limits = settings.get();
        Instant now = clock.instant();
        for (Holder holder : holders) {
            for (Span span : Span.values()) {
                if (meter(holder, span, now).left(tokenLimit(limits, holder, span)) < tokens) {
                    return false;
                }
            }
        }
        for (Holder holder : holders) {
            for (Span span : Span.values()) {
                meter(holder, span, now).reserve(tokens);
            }
        }
        return true;
    }

    synchronized void settle(Lease lease, long grant, long used) {
        leases.remove(lease);
        Instant now = clock.instant();
        for (Holder holder : lease.holders()) {
            for (Span span : Span.values()) {
                meter(holder, span, now).settle(grant, used);
            }
        }
    }

    private static OptionalLong tokenLimit(BudgetSettings limits, Holder holder, Span span) {
        BudgetLimits of = limits(limits, holder);
        return span == Span.HOUR ? of.tokensPerHour() : of.tokensPerDay();
    }

    private static OptionalLong requestLimit(BudgetSettings limits, Holder holder, Span span) {
        BudgetLimits of = limits(limits, holder);
        return span == Span.HOUR ? of.requestsPerHour() : of.requestsPerDay();
    }

    private static BudgetLimits limits(BudgetSettings limits, Holder holder) {
        return holder.kind() == Holder.Kind.AGENT
                ? limits.ofAgent(holder.name())
                : limits.ofTenant(holder.name());
    }

    /** What was used in the spans that run, also by requests that have not ended. */
    public synchronized List<BudgetRow> rows() {
        Map<Holder, Long> running = running();
        roll();
        List<BudgetRow> rows = new ArrayList<>();
        for (Meter meter : meters.values()) {
            BudgetRow row = meter.row(running.getOrDefault(meter.holder, 0L));
            if (row.tokens() > 0 || row.requests() > 0) {
                rows.add(row);
            }
        }
        return rows;
    }

    /** The state of the budgets of everybody who has used something in the spans that run. */
    public synchronized List<Standing> standings() {
        BudgetSettings limits = settings.get();
        Map<Holder, Long> running = running();
        roll();
        List<Standing> all = new ArrayList<>();
        for (Meter meter : meters.values()) {
            long counted = running.getOrDefault(meter.holder, 0L);
            all.add(
                    new Standing(
                            meter.holder,
                            meter.span,
                            meter.start(),
                            meter.end(),
                            meter.tokens() + counted,
                            Math.max(0, meter.reserved() - counted),
                            tokenLimit(limits, meter.holder, meter.span),
                            meter.requests(),
                            requestLimit(limits, meter.holder, meter.span)));
        }
        return all;
    }

    private Map<Holder, Long> running() {
        Map<Holder, Long> running = new HashMap<>();
        for (Lease lease : leases) {
            for (Holder holder : lease.holders()) {
                running.merge(holder, lease.counted(), Long::sum);
            }
        }
        return running;
    }

    /** Begins new spans, and forgets who has used nothing in those that run. */
    private void roll() {
        Instant now = clock.instant();
        meters.values().forEach(meter -> meter.roll(now));
        meters.values()
                .removeIf(meter -> meter.isIdle() && meter.tokens() == 0 && meter.requests() == 0);
    }
}
