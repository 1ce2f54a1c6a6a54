package dev.culvert.daemon.http;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.auth.Denial;
import io.netty.channel.EventLoop;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * What takes long and was asked for by callers whose rights may end: requests with their answers,
 * and turns that go on without a client. Used on every event loop.
 */
public final class Denials {
    /** Ends when its caller's rights do. Confined to its event loop. */
    interface Deniable {
        EventLoop eventLoop();

        /** Ends it if the caller is not let in any more. */
        void check(Callers callers);
    }

    private final Callers callers;
    private final Set<Deniable> running = ConcurrentHashMap.newKeySet();

    Denials(Callers callers) {
        this.callers = callers;
    }

    /** From now on until {@link #remove} it is ended when its caller's rights end. */
    void add(Deniable it) {
        running.add(it);
        it.check(callers); // they may have ended since the request was let in
    }

    /**
     * The same for work that has no answer: {@code action} gets what its client would be told, and
     * runs at most once. The returned action, which runs on the event loop, says that the work is
     * over.
     */
    public Runnable watch(Caller caller, EventLoop loop, Consumer<Problem> action) {
        Later later = new Later(caller, loop, this, action);
        add(later);
        return () -> remove(later);
    }

    /** Work of a request that was answered, or whose client is gone. */
    private record Later(
            Caller caller, EventLoop eventLoop, Denials denials, Consumer<Problem> action)
            implements Deniable {
        @Override
        public void check(Callers callers) {
            Denial why = callers.denial(caller);
            if (why != null) {
                denials.remove(this);
                action.accept(Access.ended(why));
            }
        }
    }

    void remove(Deniable it) {
        running.remove(it);
    }

    /** Tokens have changed: ends the answers of callers that are not let in any more. */
    public void check() {
        running.forEach(it -> it.eventLoop().execute(() -> it.check(callers)));
    }
}
