package dev.culvert.daemon.client.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/** A stream of bytes to the daemon and one back. Any thread may close it, which ends a read. */
interface Connection extends Closeable {
    InputStream in() throws IOException;

    OutputStream out() throws IOException;

    /**
     * A read that waits longer than this ends with a {@link java.net.SocketTimeoutException}.
     *
     * @param longest zero waits for ever
     */
    void patience(Duration longest) throws IOException;

    /** From now on each read waits for ever, and one thread may read while another one writes. */
    void carryBytes() throws IOException;

    /** Tells the other side that nothing more is written, if it can be told that alone. */
    void endOutput() throws IOException;
}
