package dev.culvert.guest.runtime;

import io.netty.channel.EventLoop;

/** A runtime: answers chat completions, and tells the answer while it is made. */
public interface LlmRuntime extends AutoCloseable {

    /**
     * Starts a generation. Call it on {@code loop}; the listener is called there too, after this
     * returns. Takes ownership of the request's body, and releases it however the generation ends.
     */
    Generation start(EventLoop loop, GenerationRequest request, GenerationListener listener);

    /**
     * Closes unused connections; running generations go on to their end. May be called on any
     * thread.
     */
    @Override
    void close();
}
