package dev.culvert.daemon.approvals;

import org.jspecify.annotations.Nullable;

/** The approvals of one tenant, or of all, in the order of their last changes. For any thread. */
public final class Feed {
    private final ApprovalBook book;
    private final ChangeNumbers changes;

    Feed(ApprovalBook book, ChangeNumbers changes) {
        this.book = book;
        this.changes = changes;
    }

    /**
     * A change.
     *
     * @param approval as it is now; null if it was forgotten meanwhile
     */
    public record Item(long number, @Nullable Approval approval) {}

    /** Whose numbers these are: those of another start of the daemon mean nothing. */
    public String epoch() {
        return changes.epoch();
    }

    /** The number of the last change. */
    public long newest() {
        return changes.newest();
    }

    /** Whether {@link #after} finds every change after that one. */
    public boolean reaches(long number) {
        return changes.reaches(number);
    }

    /** The next change after that one; null if there is none. */
    public @Nullable Item after(long number) {
        ChangeNumbers.Change next = changes.after(number);
        return next == null ? null : new Item(next.number(), book.find(next.id()));
    }
}
