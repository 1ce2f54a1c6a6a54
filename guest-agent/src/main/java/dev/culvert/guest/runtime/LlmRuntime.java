package dev.culvert.guest.runtime;

import io.netty.channel.EventLoop;

/** What the guest asks of a runtime: answers to chat completions, told as they are made. */
public interface LlmRuntime extends AutoCloseable {

    /**
     * Starts a generation; to be called on {@code loop}, on which the listener is then called too,
     * never before this returns. Takes ownership of the request's body: released once nobody needs
     * it again, however the generation ends.
     */
    Generation start(EventLoop loop, GenerationRequest request, GenerationListener listener);

    /**
     * Closes what is kept open for later; generations that run are left to their end. May be called
     * on any thread.
     */
    @Override
    void close();
}
