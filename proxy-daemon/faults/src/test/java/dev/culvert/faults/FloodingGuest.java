package dev.culvert.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A guest that answers a message with a given number of bytes, as fast as credit allows. The
 * shipped guest does not send answers that long.
 */
final class FloodingGuest implements AutoCloseable {
    private static final int CHUNK_BYTES = 16 * 1024;
    private static final String TEXT = "x".repeat(CHUNK_BYTES);
    private static final Pattern TYPE = Pattern.compile("\"type\":\"(\\w+)\"");
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]*)\"");
    private static final Pattern CREDIT = Pattern.compile("\"(?:credit|bytes)\":(\\d+)");
    private static final String HEARTBEAT =
            "{\"type\":\"heartbeat\",\"id\":\"\",\"payload\":{\"status\":\"ready\",\"uptime_secs\":1,\"protocol\":\"1.1\",\"features\":[\"credit\",\"cancel\",\"resume\"],\"instance\":\"flood\"}}";

    private final ServerSocket server;
    private final long bytes;
    private final AtomicLong sentBytes = new AtomicLong();

    /**
     * @param bytes bytes of text in each answer
     */
    FloodingGuest(long bytes) throws IOException {
        this.bytes = bytes;
        server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    Endpoint endpoint() {
        return new Endpoint(server.getLocalSocketAddress());
    }

    /** Bytes of text sent so far. */
    long sentBytes() {
        return sentBytes.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException _) {
                // It is closed.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            new Link(socket).serve();
        } catch (IOException _) {
            // The daemon is gone.
        }
    }

    /** One connection with at most one turn. Two threads write to it. */
    private final class Link {
        private final DataInputStream in;
        private final DataOutputStream out;
        private long credit;

        Link(Socket socket) throws IOException {
            in = new DataInputStream(socket.getInputStream());
            out = new DataOutputStream(socket.getOutputStream());
        }

        void serve() throws IOException {
            send(HEARTBEAT);
            while (true) {
                String frame = new String(in.readNBytes(in.readInt()), UTF_8);
                String id = find(ID, frame);
                switch (find(TYPE, frame)) {
                    case "message" -> {
                        grant(Long.parseLong(find(CREDIT, frame)));
                        Thread.ofVirtual().start(() -> flood(id));
                    }
                    case "credit" -> grant(Long.parseLong(find(CREDIT, frame)));
                    case "ping" -> send("pong", id, "{}");
                    case "config_update" -> send("config_ack", id, "{\"applied\":true}");
                    default -> {}
                }
            }
        }

        private synchronized void grant(long more) {
            credit += more;
            notifyAll();
        }

        private synchronized void spend(long less) throws InterruptedException {
            while (credit <= 0) {
                wait();
            }
            credit -= less;
        }

        private void flood(String id) {
            try {
                long seq = 0;
                while (sentBytes.get() < bytes) {
                    String payload = "{\"content\":\"" + TEXT + "\",\"done\":false}";
                    spend(payload.length());
                    send(chunk(id, ++seq, payload));
                    sentBytes.addAndGet(CHUNK_BYTES);
                }
                spend(1);
                send(chunk(id, ++seq, "{\"content\":\"\",\"done\":true}"));
            } catch (IOException | InterruptedException _) {
                // The daemon is gone.
            }
        }

        private static String chunk(String id, long seq, String payload) {
            return "{\"type\":\"chunk\",\"id\":\"%s\",\"seq\":%d,\"payload\":%s}"
                    .formatted(id, seq, payload);
        }

        private void send(String type, String id, String payload) throws IOException {
            send("{\"type\":\"%s\",\"id\":\"%s\",\"payload\":%s}".formatted(type, id, payload));
        }

        private synchronized void send(String frame) throws IOException {
            byte[] text = frame.getBytes(UTF_8);
            out.writeInt(text.length);
            out.write(text);
        }

        private static String find(Pattern pattern, String frame) {
            Matcher found = pattern.matcher(frame);
            if (!found.find()) {
                throw new AssertionError("no " + pattern + " in " + frame);
            }
            return found.group(1);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
