package dev.culvert.guest.subjects;

import io.netty.buffer.ByteBuf;

/** Is told once how the host answers. Called on the event loop. */
public interface Hearer {
    /** Lends {@code data}, a JSON text. */
    void onReply(ByteBuf data);

    /**
     * There is no reply.
     *
     * @param code a word for programs, as in errors.md
     * @param message a sentence for people; it may come from outside
     */
    void onError(String code, String message);
}
