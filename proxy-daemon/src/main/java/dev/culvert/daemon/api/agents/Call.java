package dev.culvert.daemon.api.agents;

import dev.culvert.frame.Frame;
import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.Failure;
import dev.culvert.link.Patience;

/** A request that waits for a link to its agent, and then becomes an exchange on it. */
final class Call implements DialListener {
    private final Frame request;
    private final CallListener listener;
    private final Patience patience;

    /** Takes ownership of {@code request}. */
    Call(Frame request, CallListener listener, Patience patience) {
        this.request = request;
        this.listener = listener;
        this.patience = patience;
    }

    @Override
    public void onLink(AgentLink link) {
        if (link.open(request, listener, patience).isOpen()) {
            listener.onSent();
        }
    }

    @Override
    public void onFailure(Failure failure) {
        request.release();
        listener.onFailure(failure);
    }
}
