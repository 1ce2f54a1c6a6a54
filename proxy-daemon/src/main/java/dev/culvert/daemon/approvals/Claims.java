package dev.culvert.daemon.approvals;

import dev.culvert.daemon.approvals.ApprovalObserver.Refusal;
import dev.culvert.frame.ErrorCode;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Lets a guest run an approved call: once, as it was approved. */
final class Claims {
    private final ApprovalLedger ledger;

    /**
     * The link over which a claim was answered, for each approval that was used since the start and
     * is not forgotten: over any other, whoever claims it again may be a copy of the guest that had
     * the answer.
     */
    private final Map<String, Object> answered = new ConcurrentHashMap<>();

    /** Approvals of which the log tells already that a claim was refused: more may come. */
    private final Set<String> misused = ConcurrentHashMap.newKeySet();

    Claims(ApprovalLedger ledger) {
        this.ledger = ledger;
    }

    /** In the place of a link: the answer was not sent. */
    private static final Object NOBODY = new Object();

    /**
     * A guest is about to run the call. When this returns, a crash does not undo it. Blocks.
     *
     * @param link stands for the link over which it asks, and is kept as long as the approval
     * @throws ApprovalException if the guest must not run it
     * @throws IOException one clause, when it cannot be stored; then it must not run it, either
     */
    void claim(String agent, Claim claim, Object link) throws ApprovalException, IOException {
        Approval approval = ledger.settled(claim.id());
        if (approval == null || !approval.agent().equals(agent)) {
            throw ApprovalException.changed(
                    "the host knows no such approval of this agent; it forgets those that expired");
        }
        if (approval.standing() instanceof Standing.Used used) {
            claimAgain(approval, used, claim, link);
        } else {
            answered.put(claim.id(), NOBODY); // it may be stored, and not be known to be
            use(approval, claim);
        }
        answered.put(claim.id(), link);
        if (ledger.book().find(claim.id()) == null) { // it was forgotten meanwhile
            forget(List.of(claim.id()));
        }
    }

    void unanswered(Claim claim, Object link) {
        answered.replace(claim.id(), link, NOBODY);
    }

    private void claimAgain(Approval approval, Standing.Used used, Claim claim, Object link)
            throws ApprovalException {
        if (!used.claim().equals(claim.claim())) {
            throw refuse(
                    approval,
                    new ApprovalException(
                            ErrorCode.APPROVAL_USED,
                            Refusal.USED,
                            "the approval was used already, and can be used only once: another copy"
                                    + " of this agent has claimed it"));
        }
        String difference = difference(approval, claim);
        if (difference != null) {
            throw refuse(approval, ApprovalException.changed(difference));
        }
        Object before = answered.get(claim.id());
        if (!claim.isSure() && !link.equals(before) && !NOBODY.equals(before)) {
            throw refuse(
                    approval,
                    new ApprovalException(
                            ErrorCode.APPROVAL_UNKNOWN,
                            Refusal.UNKNOWN,
                            "the approval was used with the same claim over an earlier link, and a"
                                    + " copy of this machine could have the same: whether the call"
                                    + " was done is not known"));
        }
    }

    private void use(Approval approval, Claim claim) throws ApprovalException, IOException {
        String obstacle = obstacle(approval, claim);
        Decision decision = approval.decision();
        if (obstacle != null || decision == null) {
            throw refuse(approval, ApprovalException.changed(String.valueOf(obstacle)));
        }
        Standing used = new Standing.Used(decision, claim.claim(), ledger.now());
        if (!ledger.replace(approval, used, approval.agent(), "used")) {
            throw ApprovalException.notStored();
        }
    }

    private @Nullable String obstacle(Approval approval, Claim claim) {
        Instant now = ledger.now();
        return switch (approval.state(now)) {
            case PENDING -> "nobody has decided about the call";
            case DENIED -> "the call was denied";
            case EXPIRED -> "the approval has expired";
            case WITHDRAWN -> "the approval was withdrawn";
            case USED -> "the approval was used already";
            case ALLOWED ->
                    approval.isOver(now)
                            ? "the call was allowed, and the approval has expired since"
                            : difference(approval, claim);
        };
    }

    private static @Nullable String difference(Approval approval, Claim claim) {
        if (!claim.digest().equals(approval.call().digest())) {
            return "the arguments are not those that were approved: they have another digest";
        }
        return claim.policy().equals(approval.call().policy())
                ? null
                : "the policy has changed since the call was approved";
    }

    private ApprovalException refuse(Approval approval, ApprovalException why) {
        if (misused.add(approval.id())) {
            ledger.note(approval, approval.agent(), "claim_refused");
        }
        return why;
    }

    /** How many approvals it remembers something of. */
    int size() {
        return answered.size() + misused.size();
    }

    void forget(Collection<String> ids) {
        misused.removeAll(ids);
        answered.keySet().removeAll(ids);
    }
}
