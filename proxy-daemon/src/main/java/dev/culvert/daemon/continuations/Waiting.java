package dev.culvert.daemon.continuations;

import dev.culvert.daemon.answer.ClientCalls;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** A reader that waits to be told the end of its turn. */
record Waiting(EventLoop loop, Consumer<ClientCalls> told) {
    /** May be called on any thread. */
    void tell(ClientCalls calls) {
        try {
            loop.execute(() -> told.accept(calls));
        } catch (RejectedExecutionException _) {
            // the daemon has stopped, and its clients' connections with it
        }
    }
}
