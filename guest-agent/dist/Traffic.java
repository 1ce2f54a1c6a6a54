import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Writer;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Acts as host and runtime of an agent, to train its image and to measure it. A single file for
 * {@code java}.
 *
 * <pre>
 *   Traffic.java train LAUNCHER      starts an agent, sends it typical requests, and stops it
 *   Traffic.java host PORT MESSAGES  sends requests to an agent that listens on the port
 * </pre>
 */
final class Traffic {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int PATIENCE_MILLIS = 60_000;
    private static final int TRAINING_MESSAGES = 500;
    private static final int MESSAGES_A_CONNECTION = 100;
    private static final String CONFIG =
            "{\"config\":{\"temperature\":0.5,\"headers\":{\"x-agent\":\"a\"}},"
                    + "\"tool_allowlist\":[\"search_*\"]}";
    private static final String WORDS =
            "{\"role\":\"user\",\"content\":\"one two three four five six seven eight\"}";
    private static final String EVENT =
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word \"}}]}\n\n";
    private static final String EVENTS =
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}\n\n"
                    + EVENT.repeat(8)
                    + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],"
                    + "\"usage\":{\"total_tokens\":8}}\n\n"
                    + "data: [DONE]\n\n";

    private Traffic() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        switch (arguments[0]) {
            case "train" -> train(arguments[1]);
            case "host" -> host(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
            default -> throw new IllegalArgumentException("train LAUNCHER, or host PORT MESSAGES");
        }
    }

    private static void train(String launcher) throws IOException, InterruptedException {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> accept(server));
            String runtime = "http://127.0.0.1:" + server.getLocalPort();
            ProcessBuilder command =
                    new ProcessBuilder(
                            launcher, "--listen", "tcp://127.0.0.1:0", "--runtime", runtime);
            command.environment().put("NOTIFY_SOCKET", notifySocket());
            command.environment().put("WATCHDOG_USEC", "1000000");
            Process agent = command.redirectError(ProcessBuilder.Redirect.INHERIT).start();
            try (BufferedReader out = agent.inputReader()) {
                String line = String.valueOf(out.readLine());
                if (!line.startsWith("listening on ")) {
                    throw new IOException("the agent does not listen: " + line);
                }
                host(
                        Integer.parseInt(line.substring(line.lastIndexOf(':') + 1)),
                        TRAINING_MESSAGES);
                agent.toHandle().destroy(); // Process.destroy() would close its output
                out.transferTo(Writer.nullWriter());
                if (!agent.waitFor(PATIENCE_MILLIS, MILLISECONDS) || agent.exitValue() != 0) {
                    throw new IOException("the agent did not stop well: " + agent);
                }
            } finally {
                agent.destroyForcibly();
            }
        }
    }

    /**
     * Opens a Unix datagram socket, like the one on which systemd gets the status of its services,
     * and returns its name. Nobody reads it. The JDK has no such socket, so this calls the C
     * library.
     */
    private static String notifySocket() throws IOException {
        String name = "culvert-training-" + ProcessHandle.current().pid();
        Linker linker = Linker.nativeLinker();
        MethodHandle socket =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("socket"),
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
        MethodHandle bind =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("bind"),
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            byte[] path = ("\0" + name).getBytes(UTF_8);
            MemorySegment address = arena.allocate(2 + path.length);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            address.asSlice(2).copyFrom(MemorySegment.ofArray(path));
            int fd = (int) socket.invokeExact(AF_UNIX, SOCK_DGRAM, 0);
            if ((int) bind.invokeExact(fd, address, (int) address.byteSize()) != 0) {
                throw new IOException("could not open a datagram socket");
            }
            return "@" + name;
        } catch (Throwable e) {
            throw new IOException(e);
        }
    }

    private static void host(int port, int messages) throws IOException {
        for (int sent = 0; sent < messages; sent += MESSAGES_A_CONNECTION) {
            talk(port, sent, Math.min(messages, sent + MESSAGES_A_CONNECTION));
        }
    }

    private static void talk(int port, int from, int to) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            ask(in, out, "ping", "p" + from, "{}", "pong");
            ask(in, out, "config_update", "c" + from, CONFIG, "config_ack");
            ask(in, out, "context_update", "x" + from, "{\"context\":\"be brief\"}", "config_ack");
            for (int message = from; message < to; message++) {
                ask(in, out, "message", "m" + message, WORDS, "chunk");
            }
            ask(in, out, "resume", "m" + from, "{\"after\":0}", "chunk");
        }
    }

    /**
     * Sends a frame and reads its answers to the last one, which must have the type {@code answer}.
     */
    private static void ask(
            DataInputStream in,
            DataOutputStream out,
            String type,
            String id,
            String payload,
            String answer)
            throws IOException {
        byte[] frame =
                "{\"type\":\"%s\",\"id\":\"%s\",\"credit\":65536,\"payload\":%s}"
                        .formatted(type, id, payload)
                        .getBytes(UTF_8);
        out.writeInt(frame.length);
        out.write(frame);
        out.flush();
        while (true) {
            byte[] bytes = new byte[in.readInt()];
            in.readFully(bytes);
            String reply = new String(bytes, UTF_8);
            if (!reply.contains("\"id\":\"" + id + "\"")) {
                continue; // a heartbeat
            }
            if (!reply.contains("\"type\":\"" + answer + "\"")) {
                throw new IOException("to " + type + " the agent answered " + reply);
            }
            if (!answer.equals("chunk") || reply.contains("\"done\":true")) {
                return;
            }
        }
    }

    private static void accept(ServerSocket server) {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            // the training is over
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            OutputStream out = socket.getOutputStream();
            while (readRequest(in)) {
                out.write(
                        ("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                                        + "transfer-encoding: chunked\r\n\r\n")
                                .getBytes(UTF_8));
                for (String event : EVENTS.split("(?<=\n\n)")) {
                    String size = Integer.toHexString(event.length());
                    out.write((size + "\r\n" + event + "\r\n").getBytes(UTF_8));
                }
                out.write("0\r\n\r\n".getBytes(UTF_8));
                out.flush();
            }
        } catch (IOException gone) {
            // the agent has closed the connection, or was stopped
        }
    }

    private static boolean readRequest(BufferedReader in) throws IOException {
        int length = 0;
        String line = in.readLine();
        while (line != null && !line.isEmpty()) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
            line = in.readLine();
        }
        for (int left = length; left > 0; left--) {
            in.read();
        }
        return line != null;
    }
}
