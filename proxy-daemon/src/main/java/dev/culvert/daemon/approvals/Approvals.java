package dev.culvert.daemon.approvals;

import dev.culvert.daemon.approvals.Approval.State;
import dev.culvert.daemon.config.ApprovalSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls that somebody has to approve. Reading never waits and is for any thread. What changes an
 * approval blocks: it runs on the workers, under the id of its agent, one after the other.
 */
public final class Approvals {
    /** Who lets approvals expire. */
    static final String DAEMON = "culvertd";

    private final ApprovalLedger ledger;
    private final ApprovalBook book;
    private final Claims claims;
    private final Supplier<ApprovalSettings> settings;

    /** What became of a decision. */
    public sealed interface Decided {
        /** It counts. */
        record Taken(Approval approval) implements Decided {}

        /** Somebody else, or time, was faster. */
        record TooLate(Approval approval) implements Decided {}

        /** There is no such approval. */
        record Unknown() implements Decided {}
    }

    public Approvals(
            ApprovalStore store,
            DecisionLog log,
            Supplier<ApprovalSettings> settings,
            ApprovalObserver observer,
            InstantSource clock) {
        this.settings = settings;
        ledger = new ApprovalLedger(store, log, observer, clock);
        book = ledger.book();
        claims = new Claims(ledger);
    }

    /** Reads the store. Blocks. */
    public void restore() throws IOException {
        ledger.restore();
    }

    public ApprovalSettings settings() {
        return settings.get();
    }

    ApprovalObserver observer() {
        return ledger.observer();
    }

    public Instant now() {
        return ledger.now();
    }

    public @Nullable Approval find(String id) {
        return book.find(id);
    }

    /** Those that were asked first come before the others. */
    public List<Approval> all() {
        return book.all();
    }

    /** How many wait for a decision. */
    public long pending() {
        Instant now = now();
        return book.pending().stream().filter(it -> !it.isOver(now)).count();
    }

    /** How long the oldest waits that still does; zero if none does. */
    public Duration longestWait() {
        Instant now = now();
        return book.pending().stream()
                .filter(it -> !it.isOver(now))
                .findFirst()
                .map(it -> Duration.between(it.asked(), now))
                .orElse(Duration.ZERO);
    }

    /** What the approvals that are kept take in memory. */
    public long keptBytes() {
        return book.bytes();
    }

    boolean isEmpty() {
        return book.isEmpty();
    }

    /** Tells {@code listener} of each approval that is new or has changed, on any thread. */
    public void listen(ApprovalListener listener) {
        book.listen(listener);
    }

    public void forget(ApprovalListener listener) {
        book.forget(listener);
    }

    /**
     * The approvals of one tenant in the order of their changes.
     *
     * @param tenant null for those of all
     */
    public Feed feed(@Nullable String tenant) {
        return new Feed(book, book.changes(tenant));
    }

    /**
     * A guest asks; again after each lost link.
     *
     * @param agent that asks
     * @param tenant of the agent
     * @throws ApprovalException if the host does not take it
     * @throws IOException one clause, when it cannot be stored
     */
    Approval ask(String agent, String tenant, Ask ask) throws ApprovalException, IOException {
        Approval known = ledger.settled(ask.id());
        if (known == null) {
            return add(agent, tenant, ask);
        }
        if (!known.isSameAs(agent, ask.call())) {
            throw ApprovalException.otherCall();
        }
        return known;
    }

    private Approval add(String agent, String tenant, Ask ask)
            throws ApprovalException, IOException {
        Instant now = now();
        ApprovalSettings most = settings();
        Instant longest = now.plus(most.maxWait());
        Instant expires = ask.expires().isBefore(longest) ? ask.expires() : longest;
        Standing pending = new Standing.Pending();
        Approval asked = new Approval(ask.id(), agent, tenant, ask.call(), now, expires, pending);
        return asked.isOver(now) // then there is nothing to decide
                ? asked.with(new Standing.Expired(now))
                : ledger.add(asked, most);
    }

    /**
     * Decides.
     *
     * @param by the name of the caller
     * @param reason empty if there is none
     * @throws IOException one clause, when it cannot be stored; then it does not count
     */
    public Decided decide(String id, boolean isAllowed, String by, String reason)
            throws IOException {
        Approval pending = ledger.settled(id);
        if (pending == null) {
            return new Decided.Unknown();
        }
        Instant now = now();
        if (pending.state(now) != State.PENDING) {
            return new Decided.TooLate(pending);
        }
        Standing decided = new Standing.Decided(new Decision(isAllowed, by, reason, now));
        boolean isTaken = ledger.replace(pending, decided, by, isAllowed ? "allow" : "deny");
        Approval after = book.find(id);
        if (after == null) {
            return new Decided.Unknown();
        }
        return isTaken ? new Decided.Taken(after) : new Decided.TooLate(after);
    }

    /**
     * A guest is about to run the call.
     *
     * @param link over which it asks
     * @throws ApprovalException if the guest must not run it
     * @throws IOException one clause, when it cannot be stored; then it must not run it, either
     */
    void claim(String agent, Claim claim, Object link) throws ApprovalException, IOException {
        claims.claim(agent, claim, link);
    }

    /** The link was lost before the answer to a claim could be sent, so nobody has it. */
    void unanswered(Claim claim, Object link) {
        claims.unanswered(claim, link);
    }

    /**
     * Lets it expire if nobody has decided in time, and finds out how it stands if that is unsure.
     */
    void check(String id) throws IOException {
        Approval known = ledger.settled(id);
        Instant now = now();
        if (known != null && known.isPending() && known.isOver(now)) {
            ledger.replace(known, new Standing.Expired(now), DAEMON, "expired");
        }
    }

    /** Those that {@link #check} has to look at. */
    List<Approval> due() {
        return book.due(now());
    }

    /**
     * The call is not wanted any more; does nothing if it may have run.
     *
     * @param by who does not want it
     */
    void withdraw(String id, String by, String why) throws IOException {
        Approval open = ledger.settled(id);
        Instant now = now();
        if (open != null && open.isOpen(now)) {
            ledger.replace(open, new Standing.Withdrawn(why, now), by, "withdrawn");
        }
    }

    /** Forgets those that nobody can need any more. */
    void tidy() throws IOException {
        claims.forget(ledger.tidy(settings().keep()));
    }
}
