package dev.culvert.daemon.sshtunnels;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.daemon.config.SshTunnelSettings;
import dev.culvert.daemon.config.SshTunnelSettings.Probing;
import dev.culvert.io.Quoted;
import dev.culvert.transport.AgentAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** Finds out whether bytes get through a tunnel. Blocks, for a bounded time. */
final class Probe implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A connection that nobody takes at the far end is closed by ssh earlier than that. */
    private static final Duration QUIET = Duration.ofSeconds(1);

    private static final String NOT_PROBED = "connected, not probed";
    private static final int MOST_SHOWN = 64;
    private static final int MOST_BYTES = 1_024;
    private static final int SOCKS_ANSWER_BYTES = 10; // of ssh: they have an IPv4 address

    private final long endNanos = System.nanoTime() + PATIENCE.toNanos();
    private final SocketChannel channel;
    private final Selector selector;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private boolean isAnswered;

    private Probe(SocketAddress address) throws IOException {
        selector = Selector.open();
        channel =
                address instanceof UnixDomainSocketAddress
                        ? SocketChannel.open(StandardProtocolFamily.UNIX)
                        : SocketChannel.open();
        boolean isConnected = false;
        try {
            channel.configureBlocking(false);
            if (!channel.connect(address)) {
                channel.register(selector, SelectionKey.OP_CONNECT);
                await(PATIENCE);
                if (!channel.finishConnect()) {
                    throw new IOException("the connection took longer than 10 s");
                }
            }
            channel.register(selector, SelectionKey.OP_READ);
            isConnected = true;
        } finally {
            if (!isConnected) {
                close();
            }
        }
    }

    /**
     * What a probe has shown.
     *
     * @param isAnswer whether bytes came from where the connection leads
     */
    record Seen(String says, boolean isAnswer) {}

    /**
     * Probes.
     *
     * @param near where the tunnel takes connections
     * @return what was seen
     * @throws IOException one clause, if bytes do not get through
     */
    static Seen run(SshTunnelSettings tunnel, SocketAddress near) throws IOException {
        if (tunnel.probe() == Probing.NONE) {
            return new Seen(NOT_PROBED, false);
        }
        try (Probe probe = new Probe(near)) {
            String says =
                    switch (tunnel.probe()) {
                        case NONE -> NOT_PROBED;
                        case TCP -> probe.tcp();
                        case BANNER -> probe.banner();
                        case HTTP -> probe.http(tunnel.to().orElseThrow());
                        case SOCKS ->
                                tunnel.probesItsServer()
                                        ? probe.server(tunnel.socksProbe())
                                        : probe.socks(tunnel.socksProbe());
                    };
            return new Seen(says, probe.isAnswered);
        }
    }

    private String tcp() throws IOException {
        if (!await(QUIET)) {
            return "the connection is open";
        }
        isAnswered = read();
        return isAnswered ? "it said '" + shown() + "'" : "the connection is open";
    }

    private String banner() throws IOException {
        while (said.size() == 0) {
            if (!await(PATIENCE)) {
                throw new IOException("the far end said nothing within 10 s");
            }
            read();
        }
        isAnswered = true;
        return "it said '" + shown() + "'";
    }

    private String http(AgentAddress.Tcp to) throws IOException {
        String host = to.host().indexOf(':') < 0 ? to.host() : "[" + to.host() + "]";
        write(
                "HEAD / HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: culvert\r\nConnection: close\r\n\r\n"
                        .formatted(host, to.port())
                        .getBytes(US_ASCII));
        banner();
        String line = shown();
        if (!line.startsWith("HTTP/")) {
            throw new IOException("the far end speaks no HTTP, it said '" + line + "'");
        }
        return "it answered '" + line + "'";
    }

    private String socks(AgentAddress.Tcp to) throws IOException {
        connectTo(to);
        if (said.size() == SOCKS_ANSWER_BYTES) {
            stayOpen(); // ssh answers before its server has connected, and closes if that fails
        }
        isAnswered = said.size() > SOCKS_ANSWER_BYTES;
        return "%s is connected".formatted(to);
    }

    /** An SSH server says at once what it is, so silence is no proof here. */
    private String server(AgentAddress.Tcp to) throws IOException {
        connectTo(to);
        byte[] early = said.toByteArray();
        said.reset();
        said.write(early, SOCKS_ANSWER_BYTES, early.length - SOCKS_ANSWER_BYTES);
        return "%s: %s".formatted(to, banner());
    }

    private void connectTo(AgentAddress.Tcp to) throws IOException {
        write(Socks.GREETING);
        awaitBytes(Socks.GREETED.length);
        if (!java.util.Arrays.equals(said.toByteArray(), Socks.GREETED)) {
            throw new IOException("ssh does not speak SOCKS5 as expected");
        }
        said.reset();
        write(Socks.connect(to.host(), to.port()));
        awaitBytes(SOCKS_ANSWER_BYTES);
        int code = said.toByteArray()[1];
        if (code != 0) {
            throw new IOException("the server refused %s: %s".formatted(to, Socks.why(code)));
        }
    }

    private void stayOpen() throws IOException {
        if (await(QUIET)) {
            read();
        }
    }

    private void awaitBytes(int count) throws IOException {
        while (said.size() < count) {
            if (!await(PATIENCE)) {
                throw new IOException("ssh said nothing within 10 s");
            }
            read();
        }
    }

    /** Whether something can be done within that time. */
    private boolean await(Duration most) throws IOException {
        long millis =
                Math.min(most.toMillis(), Math.max(1, (endNanos - System.nanoTime()) / 1_000_000));
        int ready = selector.select(millis);
        selector.selectedKeys().clear();
        if (Thread.interrupted()) {
            Thread.currentThread().interrupt();
            throw new IOException("the probe was stopped");
        }
        return ready > 0;
    }

    private boolean read() throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(MOST_BYTES);
        int length = channel.read(piece);
        if (length < 0) {
            throw new IOException("the connection was closed at once");
        }
        said.write(piece.array(), 0, length);
        return length > 0;
    }

    private void write(byte[] bytes) throws IOException {
        channel.write(ByteBuffer.wrap(bytes)); // fits the empty buffer of a new socket
    }

    private String shown() {
        String text = said.toString(ISO_8859_1);
        String line = text.lines().findFirst().orElse("");
        return Quoted.cut(line, MOST_SHOWN);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        selector.close();
    }
}
