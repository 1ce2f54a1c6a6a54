package dev.culvert.daemon.client.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A connection to the daemon that carries bytes both ways and no HTTP any longer. One thread may
 * read while another one writes; any may close it, which ends both.
 */
public final class Tunnel implements Closeable {
    private final InputStream in;
    private final Connection connection;

    /**
     * A connection whose answer was read.
     *
     * @param in what follows the answer
     */
    Tunnel(InputStream in, Connection connection) {
        this.in = in;
        this.connection = connection;
    }

    public InputStream in() {
        return in;
    }

    public OutputStream out() throws IOException {
        return connection.out();
    }

    /** Nothing more is written. What comes back can still be read. */
    public void endOutput() throws IOException {
        connection.endOutput();
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
