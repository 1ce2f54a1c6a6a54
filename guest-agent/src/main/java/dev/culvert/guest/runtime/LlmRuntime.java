package dev.culvert.guest.runtime;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A runtime: answers chat completions, and tells the answer while it is made. */
public interface LlmRuntime extends AutoCloseable {

    /**
     * Starts a generation. Call it on {@code loop}; the listener is called there too, after this
     * returns. Takes ownership of the request's body, and releases it however the generation ends.
     */
    Generation start(EventLoop loop, GenerationRequest request, GenerationListener listener);

    /**
     * Asks whether the runtime answers. Call it on {@code loop}; {@code told} is told there, once,
     * and at the latest after {@code within}.
     */
    void probe(EventLoop loop, Duration within, Consumer<ProbeAnswer> told);

    /**
     * Connects to the runtime and closes the connection. Call it on {@code loop}; {@code told} is
     * told there, once, why that failed, or null if it did not. One that is part of the agent is
     * always there.
     */
    default void reach(EventLoop loop, Duration within, Consumer<@Nullable String> told) {
        told.accept(null);
    }

    /**
     * Closes unused connections; running generations go on to their end. May be called on any
     * thread.
     */
    @Override
    void close();
}
