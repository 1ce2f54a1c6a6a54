package dev.culvert.daemon.turn;

import dev.culvert.daemon.config.TimeoutSettings;
import dev.culvert.link.AgentLink;
import dev.culvert.link.Exchange;
import dev.culvert.link.Failure;
import dev.culvert.link.Feature;
import dev.culvert.link.Patience;
import dev.culvert.link.ReplyListener;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a reading asks the agent (message or resume), and whether a link allows it. Used by
 * all readings, on every event loop.
 */
final class ExchangeOpener {
    private final Supplier<TimeoutSettings> timeouts;
    private volatile Patience endless = Patience.ofSilence(TimeoutSettings.DEFAULTS.message());

    ExchangeOpener(Supplier<TimeoutSettings> timeouts) {
        this.timeouts = timeouts;
    }

    /** Whether it begins a turn that nobody else can have begun, so that any link will do. */
    boolean isNew(TurnRequest request, Progress progress) {
        return progress.hasMessage() && !request.repeatable() && !progress.isSent();
    }

    /** Why the turn cannot be read over this link; null if it can. */
    @Nullable Failure obstacle(
            TurnRequest request, Progress progress, AgentLink link, boolean isStopping) {
        String instance = progress.instance();
        if (isNew(request, progress)) {
            return null;
        } else if (!link.can(Feature.RESUME)) {
            return progress.isSent()
                    ? new Failure.LinkLost(
                            "after the loss, something else answers at the agent's address, which"
                                    + " cannot resume turns")
                    : notResumable(progress);
        } else if (!instance.isEmpty() && !link.heartbeat().mayHaveTurnsOf(instance)) {
            return new Failure.LinkLost("the agent was restarted, and its turns are lost");
        } else if (isSentAgain(progress, isStopping) && instance.isEmpty()) {
            return new Failure.LinkLost("the agent may have been restarted");
        }
        return null;
    }

    /* It may have forgotten all but the turns that wait for an approval, and would begin it again. */
    private static boolean isOfAnEarlierProcess(Progress progress, AgentLink link) {
        return progress.isSent()
                && !progress.instance().isEmpty()
                && !progress.instance().equals(link.heartbeat().instance());
    }

    private static boolean isSentAgain(Progress progress, boolean isStopping) {
        return progress.hasMessage() && progress.isSent() && !isStopping;
    }

    Failure notResumable(Progress progress) {
        return progress.hasMessage() ? Endings.CANNOT_JOIN : Endings.CANNOT_RESUME;
    }

    /**
     * Sends the message, or resumes after the last event. A message that this agent has answered
     * before is not sent: the agent may have forgotten it, and would begin it again. If the link
     * refuses the request, the listener is told before this returns.
     */
    Exchange open(
            TurnRequest request,
            Progress progress,
            AgentLink link,
            ReplyListener listener,
            boolean isStopping) {
        Patience patience = patience(progress.startNanos());
        if (progress.hasMessage()
                && !(progress.isSent() && isStopping)
                && !progress.wasBegunBy(link)
                && !isOfAnEarlierProcess(progress, link)) {
            return link.open(progress.request(request), listener, patience);
        }
        if (isStopping) {
            link.cancelUnread(request.id());
        }
        long credit = isStopping ? 0 : progress.credit();
        return link.resume(request.id(), progress.lastNumber(), credit, listener, patience);
    }

    private Patience patience(long startNanos) {
        TimeoutSettings now = timeouts.get();
        if (!now.messageDeadline().isZero()) {
            Duration left = now.messageDeadline().minusNanos(System.nanoTime() - startNanos);
            return new Patience(now.message(), left.isPositive() ? left : Duration.ofMillis(1));
        }
        if (!endless.silence().equals(now.message())) {
            endless = Patience.ofSilence(now.message()); // a new object only for new settings
        }
        return endless;
    }
}
