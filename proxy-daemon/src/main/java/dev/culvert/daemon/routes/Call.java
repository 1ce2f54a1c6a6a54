package dev.culvert.daemon.routes;

import dev.culvert.frame.Frame;
import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.Exchange;
import dev.culvert.link.Failure;
import dev.culvert.link.Patience;
import org.jspecify.annotations.Nullable;

/** One request on its way to an agent: it waits for a link, then becomes an exchange on it. */
final class Call implements DialListener {
    private final Frame request;
    private final CallListener listener;
    private final Patience patience;
    private @Nullable Exchange exchange;
    private boolean cancelled;

    /** Takes ownership of {@code request}. */
    Call(Frame request, CallListener listener, Patience patience) {
        this.request = request;
        this.listener = listener;
        this.patience = patience;
    }

    @Override
    public void onLink(AgentLink link) {
        if (cancelled) {
            request.release();
            return;
        }
        Exchange opened = link.open(request, listener, patience);
        exchange = opened;
        if (opened.isOpen()) {
            listener.onSent();
        }
    }

    @Override
    public void onFailure(Failure failure) {
        request.release();
        if (!cancelled) {
            listener.onFailure(failure);
        }
    }

    /** The listener is told nothing more, and the agent is told to stop where it can be. */
    void cancel() {
        cancelled = true;
        if (exchange != null) {
            exchange.cancel();
        }
    }
}
