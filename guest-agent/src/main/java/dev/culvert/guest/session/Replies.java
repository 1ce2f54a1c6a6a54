package dev.culvert.guest.session;

import dev.culvert.frame.Frame;

/** The way back to the host. */
public interface Replies {
    /** Takes ownership of {@code frame}; it goes out at the end of the event loop's turn. */
    void send(Frame frame);

    /** False while the host does not read; {@link Session#onWritable} tells when it does again. */
    boolean isWritable();

    /** Gives the connection up; {@link Session#onClosed} follows. */
    void close(String reason);
}
