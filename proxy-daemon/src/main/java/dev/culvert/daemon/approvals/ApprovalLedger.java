package dev.culvert.daemon.approvals;

import dev.culvert.audit.AuditEntry;
import dev.culvert.daemon.approvals.ApprovalObserver.Outcome;
import dev.culvert.daemon.config.ApprovalSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes approvals where they are kept. Blocks; what concerns one agent runs one after the other.
 */
/* Each change is first a line of the audit log, then a row, then what readers see; if the row cannot be written, another
 * line says so. A row changes only from the standing that is known here, and where the disk hung while it was written,
 * it is read before anything else is done with it. */
final class ApprovalLedger {
    private static final Logger LOG = LoggerFactory.getLogger(ApprovalLedger.class);

    private final ApprovalStore store;
    private final DecisionLog log;
    private final ApprovalObserver observer;
    private final InstantSource clock;
    private final ApprovalBook book = new ApprovalBook();

    ApprovalLedger(
            ApprovalStore store, DecisionLog log, ApprovalObserver observer, InstantSource clock) {
        this.store = store;
        this.log = log;
        this.observer = observer;
        this.clock = clock;
    }

    /** Reads the store. */
    void restore() throws IOException {
        store.read().forEach(book::put);
    }

    ApprovalBook book() {
        return book;
    }

    ApprovalObserver observer() {
        return observer;
    }

    Instant now() {
        return clock.instant();
    }

    /**
     * Adds one that is not known here.
     *
     * @return as it is stored now: the same one may be there already, because the disk hung when it
     *     was added before
     * @throws ApprovalException when there may be no more, or another one has its id
     */
    Approval add(Approval asked, ApprovalSettings most) throws IOException, ApprovalException {
        book.reserve(asked, now(), most);
        try {
            Approval stored = store.add(asked) ? asked : store.find(asked.id());
            if (stored == null || !stored.isSameAs(asked.agent(), asked.call())) {
                throw ApprovalException.otherCall();
            }
            book.put(stored);
            return stored;
        } finally {
            book.release(asked);
        }
    }

    /** As the store has it; null if there is none. */
    @Nullable Approval settled(String id) throws IOException {
        Approval known = book.find(id);
        if (known == null || !book.isDoubtful(id)) {
            return known;
        }
        Approval stored = store.find(id);
        if (stored == null || stored.standing().equals(known.standing())) {
            book.trust(id);
            return known;
        }
        LOG.warn("the disk has stored after all how {} stands; this had been given up", stored);
        Decision decision = stored.decision();
        note(line(stored, decision == null ? stored.agent() : decision.by(), "stored_late"));
        tell(known, stored);
        return stored;
    }

    /**
     * Changes the standing of one.
     *
     * @param by who does
     * @param outcome for the audit log
     * @return false if the store has another standing than {@code before}: then nothing is changed
     */
    boolean replace(Approval before, Standing after, String by, String outcome) throws IOException {
        AuditEntry line = line(before, by, outcome);
        log.record(line);
        Approval changed = before.with(after);
        boolean isStored = false;
        try {
            isStored = store.replace(before, changed);
        } finally {
            if (!isStored) {
                book.doubt(before.id());
                log.retract(line);
            }
        }
        if (isStored) {
            tell(before, changed);
        } else {
            settled(before.id());
        }
        return isStored;
    }

    /** Writes a line about what is done already, or is refused. */
    void note(Approval of, String by, String outcome) {
        note(line(of, by, outcome));
    }

    private void note(AuditEntry line) {
        try {
            log.record(line);
        } catch (IOException e) {
            LOG.error(
                    "the audit log has no line '{}' of turn {}: {}",
                    line.outcome(),
                    line.turn(),
                    e.getMessage());
        }
    }

    /** Forgets those that nobody can need any more. */
    List<String> tidy(Duration keep) throws IOException {
        Instant now = now();
        List<String> over = book.over(now, now.minus(keep));
        store.delete(over);
        book.remove(over);
        return over;
    }

    private void tell(Approval before, Approval after) {
        if (before.isPending()) {
            observer.onWaited(outcome(after), Duration.between(before.asked(), now()));
        }
        if (after.standing() instanceof Standing.Used) {
            observer.onUsed();
        }
        book.put(after);
    }

    private static Outcome outcome(Approval ended) {
        return switch (ended.standing()) {
            case Standing.Pending _, Standing.Expired _ -> Outcome.EXPIRED;
            case Standing.Used _ -> Outcome.ALLOWED;
            case Standing.Withdrawn _ -> Outcome.WITHDRAWN;
            case Standing.Decided(Decision decision) ->
                    decision.isAllowed() ? Outcome.ALLOWED : Outcome.DENIED;
        };
    }

    private AuditEntry line(Approval of, String who, String outcome) {
        ParkedCall call = of.call();
        Instant now = now();
        return new AuditEntry(
                now,
                who,
                call.turn(),
                call.tool(),
                call.rule().isEmpty() ? null : call.rule(),
                call.policy(),
                call.digest(),
                outcome,
                Duration.between(of.asked(), now));
    }
}
