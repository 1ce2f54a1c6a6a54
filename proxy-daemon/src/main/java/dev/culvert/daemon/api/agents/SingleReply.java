package dev.culvert.daemon.api.agents;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Phase;
import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;

/** Waits for the one frame that ends a short exchange, and ignores what else is in it. */
record SingleReply(Answer answer, Runnable whenDone) implements CallListener {
    @Override
    public void onSent() {
        answer.reached(Phase.WAITING);
    }

    @Override
    public void onReply(Frame reply) {}

    @Override
    public void onDone() {
        whenDone.run();
    }

    @Override
    public void onFailure(Failure failure) {
        answer.failure(failure);
    }
}
