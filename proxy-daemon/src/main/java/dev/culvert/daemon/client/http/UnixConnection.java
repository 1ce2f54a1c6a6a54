package dev.culvert.daemon.client.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/** Over a Unix socket. The JDK has no time-out for these, so a selector waits for the bytes. */
final class UnixConnection implements Connection {
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private volatile long patienceMillis;

    private UnixConnection(SocketChannel channel, Duration patience) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        selector = Selector.open();
        key = channel.register(selector, 0);
        patience(patience);
    }

    static Connection to(Path path, Duration patience) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
        try {
            return new UnixConnection(channel, patience);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public InputStream in() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
                int count = channel.read(buffer);
                while (count == 0 && length > 0) {
                    await(SelectionKey.OP_READ);
                    count = channel.read(buffer);
                }
                return count;
            }
        };
    }

    @Override
    public OutputStream out() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
                while (buffer.hasRemaining()) {
                    if (channel.write(buffer) == 0) {
                        await(SelectionKey.OP_WRITE);
                    }
                }
            }
        };
    }

    private void await(int operation) throws IOException {
        if (!selector.isOpen()) {
            throw new ClosedChannelException();
        }
        key.interestOps(operation);
        int ready = selector.select(patienceMillis);
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
        if (ready == 0) {
            throw new SocketTimeoutException("nothing came for " + patienceMillis + " ms");
        }
        selector.selectedKeys().clear();
    }

    @Override
    public void patience(Duration longest) {
        patienceMillis = longest.toMillis();
    }

    /** Without the selector, which is for one thread. */
    @Override
    public void carryBytes() throws IOException {
        selector.close();
        channel.configureBlocking(true);
    }

    @Override
    public void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        selector.close();
    }
}
