package dev.culvert.daemon.providers;

import dev.culvert.daemon.http.Problem;
import io.netty.buffer.ByteBuf;

/** The body of a provider's answer on its way to the client. Confined to its event loop. */
sealed interface PassedBody permits EventBody, PlainBody, RefusalBody {
    /** What to do after a part of the body. */
    enum Next {
        GO_ON,
        /** The client is behind: read no more until it has caught up. */
        WAIT,
        /** The client has all that it gets: close the provider's request. */
        CLOSE
    }

    /** Borrows {@code content}. */
    Next content(ByteBuf content);

    /** It is complete. */
    void end();

    /** It ends here, before its end; {@code why} is told where there is a way to tell it. */
    void breakOff(Problem why);

    /** Runs {@code action} when the client has caught up. */
    void whenCaughtUp(Runnable action);

    /** How many bytes wait here for more to come. */
    int heldBytes();

    /** Lets go of what is held; nothing more comes. */
    default void drop() {}
}
