package dev.culvert.guest.approvals;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.FrameType;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call from when it waits for an approval until it may begin, or must not. Confined to the
 * event loop, except where a method says otherwise.
 */
public final class PendingCall {
    private static final Logger LOG = LoggerFactory.getLogger(PendingCall.class);

    private static final Duration RETRY = Duration.ofSeconds(5);

    /** After these the host may answer otherwise. */
    private static final Set<String> PASSING =
            Set.of(
                    ErrorCode.OVERLOADED.wireName(),
                    ErrorCode.DRAINING.wireName(),
                    ErrorCode.INTERNAL.wireName());

    /** Who called the tool. Called on the loop. */
    public interface Owner {
        /** Why the call must not run any more, whoever allows it; null if it may. */
        @Nullable String obstacle();

        /** Whether what the call needs is there; else it may come yet. */
        boolean isReady();

        /**
         * It may run now, once. {@link PendingCall#mayBegin} and {@link PendingCall#begin} come
         * first.
         */
        void onAllowed(String by, Duration waited);

        /** It must not run. */
        void onRefused(Refusal refusal);
    }

    /**
     * Why a call must not run.
     *
     * @param outcome a word for the audit log: {@code deny}, {@code expired}, {@code refused}
     * @param by who decided; "agent" where nobody did
     * @param why a sentence for the model, without a full stop
     */
    public record Refusal(String outcome, String by, String why, Duration waited) {}

    private final Approvals all;
    private final Approval approval;
    private final long turnBytes;
    private final Owner owner;
    private CallStage state = new CallStage.Keeping();
    private final Expiry expiry;
    private final Clearance clearance;

    /** The copies there may have been when the host accepted the claim. */
    private int copies;

    PendingCall(Approvals all, Approval approval, long turnBytes, Owner owner) {
        this.all = all;
        this.approval = approval;
        this.turnBytes = turnBytes;
        this.owner = owner;
        expiry = new Expiry(all, approval.expires(), this::expire);
        clearance = new Clearance(all, owner, () -> goOn(false));
    }

    public Approval approval() {
        return approval;
    }

    long turnBytes() {
        return turnBytes;
    }

    void keep(byte[] turn) {
        expiry.look();
        write(() -> all.files().save(approval, turn), this::ask);
    }

    void goOnFrom(Step step) {
        switch (step) {
            case Step.Asking _ -> state = new CallStage.Asking();
            case Step.Claiming claiming -> state = new CallStage.Claiming(claiming, true);
            case Step.Begun(String by) -> all.execute(() -> isUnknown(by));
        }
        all.execute(this::look);
    }

    private void isUnknown(String by) {
        if (!isOver()) {
            refuse(Reason.stoppedWhileItRan(by));
        }
    }

    /** Off the loop; then {@code next} on it, unless that failed or the call is over. */
    private void write(Approvals.Write write, Runnable next) {
        all.write(this, write, trouble -> written(trouble, next));
    }

    private void written(@Nullable String trouble, Runnable next) {
        if (isOver()) {
            return;
        }
        if (trouble == null) {
            next.run();
        } else {
            refuse(Reason.notKept(trouble));
        }
    }

    private void ask() {
        state = new CallStage.Asking();
        all.hosts().forEach(host -> host.ask(this));
    }

    /** There is a link to a host that takes approvals. */
    void onHost(HostApprovals host) {
        switch (state) {
            case CallStage.Asking _ -> host.ask(this);
            case CallStage.Claiming(Step.Claiming step, boolean kept) -> {
                if (kept) {
                    claimFrom(host, step);
                }
            }
            case CallStage.Keeping _, CallStage.Held _, CallStage.Claimed _, CallStage.Over _ -> {}
        }
    }

    /** A claim that another machine may have, too, is none. */
    private void claimFrom(HostApprovals host, Step.Claiming step) {
        if (isOver() || !mayGoOn(step.by())) {
            return; // goOn asks again
        }
        if (step.generation().equals(all.generation())) {
            host.claim(this, step.claim(), !step.generation().isEmpty());
        } else {
            claim(step.by());
        }
    }

    /** The host answers an {@code approve} or a {@code claim}. */
    void onAnswer(HostApprovals host, FrameType type, HostAnswer answer) {
        if (isOver()) {
            return;
        }
        switch (answer) {
            case HostAnswer.Decided decided when state instanceof CallStage.Asking ->
                    decide(decided);
            case HostAnswer.Claimed _ when state instanceof CallStage.Claiming(var step, _) ->
                    claimed(step.by());
            case HostAnswer.Failed failed -> onFailed(host, failed);
            case HostAnswer.Decided _, HostAnswer.Claimed _ ->
                    LOG.debug("a '{}' that changes nothing", type.wireName());
        }
    }

    private void decide(HostAnswer.Decided decided) {
        if (!decided.digest().equals(approval.digest())
                || !decided.policy().equals(approval.policy())) {
            refuse(Reason.decidedAboutAnother(decided.by()));
        } else if (decided.allowed()) {
            claim(decided.by());
        } else {
            refuse(Reason.denied(decided.by(), decided.reason()));
        }
    }

    private void claim(String by) {
        if (!mayGoOn(by)) {
            if (!isOver()) {
                state = new CallStage.Held(by);
            }
            return;
        }
        Step.Claiming step = new Step.Claiming(all.freshClaim(), all.generation(), by);
        state = new CallStage.Claiming(step, false);
        write(
                () -> all.files().step(approval.id(), step),
                () -> {
                    if (state instanceof CallStage.Claiming(var now, _) && now.equals(step)) {
                        state = new CallStage.Claiming(step, true);
                        all.hosts().forEach(host -> claimFrom(host, step));
                    }
                });
    }

    /** Refuses what must not run any more, whoever has allowed it. */
    private boolean mayGoOn(String by) {
        return switch (clearance.look()) {
            case Clearance.Passage.Open _ -> true;
            case Clearance.Passage.Shut _ -> false;
            case Clearance.Passage.Barred(String why) -> {
                refuse(Reason.allowedBut(by, why));
                yield false;
            }
        };
    }

    private void claimed(String by) {
        if (mayGoOn(by)) {
            copies = all.copies();
            end();
            owner.onAllowed(by, waited());
        } else if (!isOver()) {
            state = new CallStage.Claimed(by);
        }
    }

    private void onFailed(HostApprovals host, HostAnswer.Failed failed) {
        if (PASSING.contains(failed.code())) {
            Duration pause =
                    failed.retryAfterSeconds() > 0
                            ? Duration.ofSeconds(failed.retryAfterSeconds())
                            : RETRY;
            all.after(
                    pause,
                    () -> {
                        if (host.isOpen()) {
                            onHost(host);
                        }
                    });
        } else if (state instanceof CallStage.Claiming(var step, _)
                && failed.code().equals(ErrorCode.APPROVAL_UNKNOWN.wireName())) {
            refuse(Reason.mayHaveRunElsewhere(step.by()));
        } else if (state instanceof CallStage.Claiming(var step, _)) {
            refuse(Reason.allowedBut(step.by(), "the host refuses it now: " + failed.message()));
        } else {
            refuse(Reason.hostCannotAsk(failed.message()));
        }
    }

    /** As {@link Approvals#goOn}. */
    void goOn(boolean restored) {
        switch (state) {
            case CallStage.Held(String by) -> claim(by);
            case CallStage.Claimed(String by) -> {
                if (restored) {
                    claim(by);
                } else {
                    claimed(by);
                }
            }
            case CallStage.Claiming(Step.Claiming step, boolean kept) -> {
                if (restored) {
                    claim(step.by());
                } else if (kept) {
                    all.hosts().forEach(host -> claimFrom(host, step));
                }
            }
            case CallStage.Keeping _, CallStage.Asking _, CallStage.Over _ -> {}
        }
        look();
    }

    private Duration waited() {
        Duration waited = Duration.between(approval.asked(), all.clock().instant());
        return waited.isNegative() ? Duration.ZERO : waited;
    }

    private void look() {
        if (!isOver()) {
            expiry.look();
        }
    }

    private void expire() {
        refuse(Reason.late(lateness()));
    }

    private String lateness() {
        boolean decided =
                !(state instanceof CallStage.Keeping || state instanceof CallStage.Asking);
        if (!decided) {
            return "it was not approved: nobody decided in time";
        }
        return owner.isReady()
                ? "it was allowed, but could not begin in time"
                : "it was allowed, but its tool was not back in time";
    }

    private void refuse(Reason reason) {
        end();
        LOG.info(
                "the call of {} in turn '{}' is not approved: {}",
                approval.tool(),
                Quoted.word(approval.turn()),
                reason.why());
        owner.onRefused(new Refusal(reason.outcome(), reason.by(), reason.why(), waited()));
    }

    private void end() {
        all.withdraw(this);
        state = new CallStage.Over();
        all.removed(this);
        expiry.stop();
    }

    private boolean isOver() {
        return state instanceof CallStage.Over;
    }

    /**
     * Whether the allowed call may still begin: not while a snapshot is about to be taken, nor
     * after one was restored. If not, {@link #waitAgain} comes next. On any thread.
     */
    public boolean mayBegin() {
        return !all.isHeld() && copies == all.copies();
    }

    /** The allowed call did not begin. Looks again whether it may; the owner is told. */
    public void waitAgain(String by) {
        if (!isOver()) {
            return;
        }
        all.add(this);
        if (copies == all.copies()) {
            state = new CallStage.Claimed(by);
            claimed(by);
        } else {
            state = new CallStage.Held(by);
            claim(by);
        }
        look();
    }

    /**
     * Notes that the call begins, so that it never does again. Blocks; on any thread.
     *
     * @throws IOException if that cannot be written: then it must not begin
     */
    public void begin(String by) throws IOException {
        all.files().step(approval.id(), new Step.Begun(by));
    }

    /** The call has its result, or the turn has ended. */
    public void forget() {
        if (!isOver()) {
            end();
        }
        if (!all.isStopping()) {
            try {
                all.disk().execute(this, () -> all.files().remove(approval.id()));
            } catch (RejectedExecutionException _) {
                LOG.debug("the agent stops");
            }
        }
    }
}
