package dev.culvert.guest.tools;

import dev.culvert.audit.AuditLog;
import dev.culvert.guest.approvals.Approval;
import dev.culvert.guest.approvals.Approvals;
import dev.culvert.guest.approvals.PendingCall;
import dev.culvert.guest.approvals.PendingFiles;
import dev.culvert.guest.tools.AnswerCalls.Call;
import dev.culvert.guest.tools.ToolRun.Outcome;
import dev.culvert.policy.Decision;
import dev.culvert.tools.ToolException;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call about which the policy asks, until it may begin or has its outcome. */
final class AskedCall implements PendingCall.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(AskedCall.class);

    /** Is told on the loop, once, unless the call is cancelled. */
    interface Listener {
        /** The call may begin now. */
        void onAllowed(Call call, Permission permission);

        /** It must not. */
        void onRefused(Call call, Outcome outcome);
    }

    private final Offer offer;
    private final Call call;
    private final Approval approval;
    private final EventLoop loop;
    private final Listener listener;
    private @Nullable PendingCall pending;
    private boolean over;

    AskedCall(Offer offer, Call call, Approval approval, EventLoop loop, Listener listener) {
        this.offer = offer;
        this.call = call;
        this.approval = approval;
        this.loop = loop;
        this.listener = listener;
    }

    /** What is to be approved. */
    static Approval approval(Offer offer, Call call, Decision decision) {
        Approvals approvals = offer.workshop().approvals();
        Instant now = approvals.clock().instant();
        return new Approval(
                approvals.freshId(),
                offer.turn(),
                call.id(),
                call.name(),
                call.arguments(),
                AuditLog.digest(call.arguments()),
                offer.policy().version(),
                decision.by() == null ? null : decision.rule(),
                decision.why(),
                now,
                now.plus(approvals.settings().timeout()));
    }

    /**
     * Begins to ask.
     *
     * @param turn what a restart of the agent needs to go on with the turn
     */
    void ask(byte[] turn) {
        Approvals approvals = offer.workshop().approvals();
        String refusal = approvals.refusal(turn.length);
        if (refusal == null) {
            pending = approvals.open(approval, turn, this);
        } else {
            refuse(
                    new PendingCall.Refusal(
                            "refused", "agent", "it was not approved: " + refusal, Duration.ZERO));
        }
    }

    /** Goes on with what an earlier process of the agent began. */
    void goOn(PendingFiles.Kept kept) {
        pending = offer.workshop().approvals().goOn(kept, this);
    }

    @Override
    public @Nullable String obstacle() {
        Workshop workshop = offer.workshop();
        String version = workshop.policyInForce().version();
        if (!version.equals(approval.policy())) {
            return "the policy has changed since it was asked: %s asked, and %s is in force"
                    .formatted(approval.policy(), version);
        }
        if (!AuditLog.digest(call.arguments()).equals(approval.digest())) {
            return "its arguments are not those that were approved";
        }
        return !offer.has(call.name()) || workshop.isForbiddenNow(call.name())
                ? "the agent may not use this tool any more"
                : null;
    }

    /** An MCP server lists its tools only some time after the agent was restarted. */
    @Override
    public boolean isReady() {
        return offer.find(call.name()) != null;
    }

    @Override
    public void onAllowed(String by, Duration waited) {
        PendingCall allowed = pending;
        if (!over && allowed != null) {
            listener.onAllowed(call, new Permission(allowed, by, waited));
        }
    }

    /** The call that was allowed could not begin: waits until it may, and tells it then. */
    void waitAgain(Permission permission) {
        if (!over) {
            permission.call().waitAgain(permission.by());
        }
    }

    @Override
    public void onRefused(PendingCall.Refusal refusal) {
        refuse(refusal);
    }

    /** After its line is in the audit log. */
    private void refuse(PendingCall.Refusal refusal) {
        Workshop workshop = offer.workshop();
        Outcome outcome = new Outcome(false, refusal.why());
        try {
            workshop.workers()
                    .execute(
                            this,
                            () -> {
                                try {
                                    workshop.decisions().settled(approval, refusal);
                                } catch (ToolException _) {
                                    LOG.debug("it is not done all the same");
                                }
                                tell(outcome);
                            });
        } catch (RejectedExecutionException _) {
            tell(outcome);
        }
    }

    private void tell(Outcome outcome) {
        try {
            loop.execute(() -> {
                if (!over) {
                    over = true;
                    listener.onRefused(call, outcome);
                    forget();
                }
            });
        } catch (RejectedExecutionException _) {
            LOG.debug("the agent stopped while a refusal was written down");
        }
    }

    /** Nothing is told any more. */
    void cancel() {
        over = true;
        forget();
    }

    /** The call has its result: a restart need not know it. */
    void forget() {
        if (pending != null) {
            pending.forget();
        }
    }
}
