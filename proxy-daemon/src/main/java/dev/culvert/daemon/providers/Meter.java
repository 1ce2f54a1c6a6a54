package dev.culvert.daemon.providers;

import java.time.Instant;
import java.util.OptionalLong;

/** What one holder has used in the span that runs, and what is reserved. Guarded by its book. */
final class Meter {
    final Holder holder;
    final Span span;
    private Instant start;
    private long tokens;
    private long requests;
    private long reserved;

    Meter(Holder holder, Span span, Instant now) {
        this.holder = holder;
        this.span = span;
        start = span.start(now);
    }

    /** Goes on from what was kept. */
    Meter(BudgetRow row) {
        holder = row.holder();
        span = row.span();
        start = row.start();
        tokens = row.tokens();
        requests = row.requests();
    }

    /** Begins the next span if this one is over. What is reserved counts in the next one. */
    void roll(Instant now) {
        Instant present = span.start(now);
        if (!present.equals(start)) {
            start = present;
            tokens = 0;
            requests = 0;
        }
    }

    Instant start() {
        return start;
    }

    Instant end() {
        return span.end(start);
    }

    long tokens() {
        return tokens;
    }

    long requests() {
        return requests;
    }

    long reserved() {
        return reserved;
    }

    boolean isIdle() {
        return reserved == 0;
    }

    /** How many tokens are neither used nor reserved; less than 0 if too many are. */
    long left(OptionalLong limit) {
        return limit.isEmpty() ? Long.MAX_VALUE : limit.getAsLong() - tokens - reserved;
    }

    void admit(long grant) {
        requests++;
        reserved += grant;
    }

    void reserve(long more) {
        reserved += more;
    }

    void settle(long grant, long used) {
        reserved -= grant;
        tokens += used;
    }

    BudgetRow row(long counted) {
        return new BudgetRow(holder, span, start, tokens + counted, requests);
    }
}
