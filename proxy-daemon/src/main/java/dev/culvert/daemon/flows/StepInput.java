package dev.culvert.daemon.flows;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.settings.Node;
import io.netty.channel.EventLoop;
import java.time.Duration;

/**
 * What a step works with.
 *
 * @param run the id of its run
 * @param step its id; {@code probe[3]} for an item of {@code each}
 * @param attempt 1 for the first
 * @param params with the values of their references; checked as the kind describes them
 * @param caller for whom the flow runs: the step may do no more than it
 * @param tenant to which the run belongs
 * @param loop on which it runs
 * @param patience how long it may take before it is ended
 */
public record StepInput(
        String run,
        String step,
        int attempt,
        Node.Members params,
        Caller caller,
        String tenant,
        EventLoop loop,
        Duration patience) {
    /** The same at each attempt, also after a restart: for an {@code Idempotency-Key}. */
    public String key() {
        return run + "." + step;
    }

    /** The text of a parameter; {@code byDefault} if it is not given. */
    public String text(String param, String byDefault) {
        return params.nodes().get(param) instanceof Node.Scalar scalar
                        && scalar.form() != Node.Form.NULL
                ? scalar.text()
                : byDefault;
    }
}
