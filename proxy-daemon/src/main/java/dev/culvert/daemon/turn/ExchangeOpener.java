package dev.culvert.daemon.turn;

import dev.culvert.link.AgentLink;
import dev.culvert.link.Exchange;
import dev.culvert.link.Failure;
import dev.culvert.link.Feature;
import dev.culvert.link.Patience;
import dev.culvert.link.ReplyListener;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Decides what a reading asks the agent (message or resume), and whether a link allows it. */
final class ExchangeOpener {
    private final TurnNeeds needs;
    private final TurnRequest request;
    private final Progress progress;
    private final long startNanos = System.nanoTime();

    ExchangeOpener(TurnNeeds needs, TurnRequest request, Progress progress) {
        this.needs = needs;
        this.request = request;
        this.progress = progress;
    }

    /** Whether it begins a turn that nobody else can have begun, so that any link will do. */
    boolean isNew() {
        return progress.hasMessage() && !request.repeatable() && !progress.isSent();
    }

    /** Why the turn cannot be read over this link; null if it can. */
    @Nullable Failure obstacle(AgentLink link, boolean isStopping) {
        String instance = progress.instance();
        if (isNew()) {
            return null;
        } else if (!link.can(Feature.RESUME)) {
            return progress.isSent()
                    ? new Failure.LinkLost(
                            "after the loss, something else answers at the agent's address, which cannot resume turns")
                    : notResumable();
        } else if (!instance.isEmpty() && !link.heartbeat().instance().equals(instance)) {
            return new Failure.LinkLost("the agent was restarted, and its turns are lost");
        } else if (isSentAgain(isStopping) && instance.isEmpty()) {
            return new Failure.LinkLost("the agent may have been restarted");
        }
        return null;
    }

    private boolean isSentAgain(boolean isStopping) {
        return progress.hasMessage() && progress.isSent() && !isStopping;
    }

    Failure notResumable() {
        return progress.hasMessage() ? Endings.CANNOT_JOIN : Endings.CANNOT_RESUME;
    }

    /**
     * Sends the message, or resumes after the last event. A message that this agent has answered
     * before is not sent: the agent may have forgotten it, and would begin it again. If the link
     * refuses the request, the listener is told before this returns.
     */
    Exchange open(AgentLink link, ReplyListener listener, boolean isStopping) {
        if (progress.hasMessage()
                && !(progress.isSent() && isStopping)
                && !progress.wasBegunBy(link)) {
            return link.open(progress.request(request), listener, patience());
        }
        if (isStopping) {
            link.cancelUnread(request.id());
        }
        long credit = isStopping ? 0 : progress.credit();
        return link.resume(request.id(), progress.lastNumber(), credit, listener, patience());
    }

    private Patience patience() {
        Duration whole = needs.settings().get().timeouts().messageDeadline();
        if (whole.isZero()) {
            return needs.patience().get();
        }
        Duration left = whole.minusNanos(System.nanoTime() - startNanos);
        return new Patience(
                needs.settings().get().timeouts().message(),
                left.isPositive() ? left : Duration.ofMillis(1));
    }
}
