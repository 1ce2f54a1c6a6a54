package dev.culvert.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.transport.AgentAddress;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A guest as anyone might write it in an afternoon: it speaks the base protocol over the JDK's
 * blocking sockets and knows nothing of our codec. What it does on each connection is its script.
 */
public final class BasePeer implements Closeable {
    /** What a peer does on one connection, on a thread of its own; the end of it closes it. */
    public interface Script {
        void run(Connection connection) throws IOException;
    }

    /** Answers every request as a guest should, until the host is gone. */
    public static final Script GUEST =
            connection -> {
                connection.heartbeat("ready");
                for (String request = connection.read();
                        request != null;
                        request = connection.read()) {
                    connection.answer(request);
                }
            };

    private final AgentAddress address;
    private final Closeable listener;
    private final List<Connection> connections = new ArrayList<>();
    private @Nullable Thread accepting;

    private BasePeer(AgentAddress address, Closeable listener) {
        this.address = address;
        this.listener = listener;
    }

    /** Listens on a TCP port of its own. */
    public static BasePeer listenOnTcp(Script script) throws IOException {
        ServerSocket server = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
        AgentAddress address = AgentAddress.parse("tcp://127.0.0.1:" + server.getLocalPort());
        BasePeer peer = new BasePeer(address, server);
        peer.acceptAll(() -> connection(server.accept()), script);
        return peer;
    }

    /** Listens on a Unix socket; {@code address} is one, plain or hybrid, whose path is free. */
    public static BasePeer listenOnUnix(String path, AgentAddress address, Script script)
            throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        BasePeer peer = new BasePeer(address, server);
        peer.acceptAll(() -> connection(server.accept()), script);
        return peer;
    }

    /** Dials in, as a guest does that is told where its host listens. */
    public static BasePeer dial(AgentAddress address, Script script) throws IOException {
        Connection connection =
                switch (address) {
                    case AgentAddress.Tcp tcp -> connection(new Socket(tcp.host(), tcp.port()));
                    case AgentAddress.Unix unix ->
                            connection(SocketChannel.open(UnixDomainSocketAddress.of(unix.path())));
                    case AgentAddress.Vsock _, AgentAddress.HybridUnix _, AgentAddress.Incoming _ ->
                            throw new IllegalArgumentException("the JDK cannot dial " + address);
                };
        BasePeer peer = new BasePeer(address, connection);
        peer.start(connection, script);
        return peer;
    }

    public AgentAddress address() {
        return address;
    }

    /** How many connections there were. */
    public int connections() {
        synchronized (connections) {
            return connections.size();
        }
    }

    /** Stops listening, and closes every connection. */
    @Override
    public void close() throws IOException {
        listener.close();
        awaitLastAccept();
        List<Connection> open;
        synchronized (connections) {
            open = List.copyOf(connections);
        }
        for (Connection connection : open) {
            connection.close();
        }
    }

    /** A socket that waits to accept closes late, and may accept one more until then. */
    private void awaitLastAccept() {
        if (accepting != null) {
            try {
                accepting.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private interface Accept {
        Connection next() throws IOException;
    }

    private void acceptAll(Accept accept, Script script) {
        accepting =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                while (true) {
                                    start(accept.next(), script);
                                }
                            } catch (IOException _) {
                                // The listener was closed: there is no other way to stop this.
                            }
                        });
    }

    private void start(Connection connection, Script script) {
        synchronized (connections) {
            connections.add(connection);
        }
        Thread.ofVirtual().start(() -> serve(connection, script));
    }

    private static void serve(Connection connection, Script script) {
        try (connection) {
            script.run(connection);
        } catch (IOException _) {
            // The host closed it, which every test may do at any time.
        }
    }

    private static Connection connection(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        return new Connection(
                new DataInputStream(new BufferedInputStream(socket.getInputStream())),
                new DataOutputStream(socket.getOutputStream()),
                socket,
                socket);
    }

    private static Connection connection(SocketChannel channel) {
        return new Connection(
                new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel))),
                new DataOutputStream(Channels.newOutputStream(channel)),
                channel,
                null);
    }

    /** One connection. May be used by several threads: a frame goes out whole. */
    public record Connection(
            DataInputStream in, DataOutputStream out, Closeable socket, @Nullable Socket tcp)
            implements Closeable {

        /** The next frame's JSON; null at the end of the stream. */
        public @Nullable String read() throws IOException {
            int length;
            try {
                length = in.readInt();
            } catch (EOFException _) {
                return null;
            }
            return new String(in.readNBytes(length), UTF_8);
        }

        public void heartbeat(String status) throws IOException {
            send("heartbeat", "", "{\"status\":\"" + status + "\",\"uptime_secs\":3.5}");
        }

        public void chunk(String id, String content, boolean done) throws IOException {
            send("chunk", id, "{\"content\":\"" + content + "\",\"done\":" + done + "}");
        }

        public void send(String type, String id, String payload) throws IOException {
            write(frame(type, id, payload));
        }

        public void write(byte[] bytes) throws IOException {
            synchronized (out) {
                out.write(bytes);
                out.flush();
            }
        }

        /** Answers as a guest should; what a message says decides how. */
        public void answer(String request) throws IOException {
            String id = text(request, "id");
            switch (text(request, "type")) {
                case "message" -> answerMessage(id, text(request, "content"));
                case "context_update", "config_update" -> {
                    heartbeat("running");
                    send("config_ack", id, "{\"applied\":true}");
                }
                case "ping" -> send("pong", id, "{}");
                default -> throw new IOException("no base type: " + request);
            }
        }

        private void answerMessage(String id, String content) throws IOException {
            switch (content) {
                case "use rm" ->
                        send("tool_blocked", id, "{\"tool_name\":\"rm\",\"reason\":\"no\"}");
                case "fail" ->
                        send("error", id, "{\"code\":\"runtime_error\",\"message\":\"it broke\"}");
                case "say nothing" -> heartbeat("running");
                default -> {
                    chunk(id, "you said ", false);
                    heartbeat("running");
                    chunk(id, content, true);
                }
            }
        }

        /** Ends the stream to the host and goes on reading. */
        public void shutdownOutput() throws IOException {
            if (tcp != null) {
                tcp.shutdownOutput();
            }
        }

        /** Closes it so that the host sees a reset and not an end. */
        public void reset() throws IOException {
            if (tcp != null) {
                tcp.setSoLinger(true, 0);
            }
            close();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** The bytes of one frame. */
    public static byte[] frame(String type, String id, String payload) {
        return frame(
                "{\"type\":\"" + type + "\",\"id\":\"" + id + "\",\"payload\":" + payload + "}");
    }

    /** One frame with this envelope. */
    public static byte[] frame(String json) {
        byte[] body = json.getBytes(UTF_8);
        byte[] frame = new byte[4 + body.length];
        for (int i = 0; i < 4; i++) {
            frame[i] = (byte) (body.length >>> (24 - 8 * i));
        }
        System.arraycopy(body, 0, frame, 4, body.length);
        return frame;
    }

    /** What a member holds, the first of that name, without unescaping; empty if there is none. */
    public static String text(String json, String member) {
        String opening = "\"" + member + "\":\"";
        int start = json.indexOf(opening);
        return start < 0
                ? ""
                : json.substring(
                        start + opening.length(), json.indexOf('"', start + opening.length()));
    }
}
