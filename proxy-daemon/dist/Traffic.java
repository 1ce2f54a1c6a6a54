import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Acts as clients and as an agent of the daemon, to train its image. A single file for {@code
 * java}: {@code Traffic.java train LAUNCHER}.
 */
final class Traffic {
    private static final int PATIENCE_MILLIS = 60_000;
    private static final int ROUNDS = 300;
    private static final String MESSAGE = "{\"role\":\"user\",\"content\":\"one two three\"}";
    private static final String HEARTBEAT =
            "{\"type\":\"heartbeat\",\"id\":\"\",\"payload\":{\"status\":\"ready\",\"uptime_secs\":1,"
                    + "\"protocol\":\"1.1\",\"features\":[\"cancel\"],\"instance\":\"i\"}}";

    private Traffic() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length != 2 || !arguments[0].equals("train")) {
            throw new IllegalArgumentException("train LAUNCHER");
        }
        train(arguments[1]);
    }

    private static void train(String launcher) throws IOException, InterruptedException {
        try (ServerSocket agent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> accept(agent));
            Path state = Files.createTempDirectory("culvert-training");
            ProcessBuilder program =
                    new ProcessBuilder(
                                    launcher,
                                    "serve",
                                    "--http",
                                    "tcp://127.0.0.1:0",
                                    "--agent",
                                    "a=tcp://127.0.0.1:" + agent.getLocalPort())
                            .redirectError(ProcessBuilder.Redirect.INHERIT);
            program.environment().put("CULVERT_STATE_DIR", state.toString());
            Process daemon = program.start();
            try (BufferedReader out = daemon.inputReader()) {
                String line = String.valueOf(out.readLine());
                if (!line.startsWith("listening on ")) {
                    throw new IOException("the daemon does not listen: " + line);
                }
                talk(Integer.parseInt(line.substring(line.lastIndexOf(':') + 1)));
                daemon.toHandle().destroy(); // Process.destroy() would close its output
                out.transferTo(Writer.nullWriter());
                if (!daemon.waitFor(PATIENCE_MILLIS, MILLISECONDS) || daemon.exitValue() != 0) {
                    throw new IOException("the daemon did not stop well: " + daemon);
                }
            } finally {
                daemon.destroyForcibly();
                remove(state);
            }
        }
    }

    private static void remove(Path state) throws IOException {
        try (Stream<Path> files = Files.walk(state)) {
            for (Path file : files.toList().reversed()) { // a folder comes before what it has
                Files.delete(file);
            }
        }
    }

    private static void talk(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            ask(
                    socket,
                    port,
                    "PUT",
                    "/api/v1/agents/a/config",
                    "{\"config\":{},\"tool_allowlist\":[]}");
            for (int round = 0; round < ROUNDS; round++) {
                ask(socket, port, "POST", "/api/v1/agents/a/message", MESSAGE);
                ask(socket, port, "POST", "/api/v1/agents/a/stream", MESSAGE);
            }
            ask(socket, port, "POST", "/api/v1/agents/a/context", "{\"context\":\"c\"}");
            ask(socket, port, "POST", "/api/v1/agents/a/ping", "");
            ask(socket, port, "GET", "/api/v1/agents", "");
            ask(socket, port, "GET", "/healthz", "");
            ask(socket, port, "GET", "/metrics", "");
        }
    }

    private static void ask(Socket socket, int port, String method, String path, String body)
            throws IOException {
        String head =
                "%s %s HTTP/1.1\r\nhost: 127.0.0.1:%d\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
                        .formatted(method, path, port, body.length());
        socket.getOutputStream().write((head + body).getBytes(UTF_8));
        InputStream in = socket.getInputStream();
        String status = line(in);
        if (!status.startsWith("HTTP/1.1 20")) {
            throw new IOException("to " + path + " the daemon answered " + status);
        }
        int length = -1;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (line.toLowerCase().startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        if (length >= 0) {
            in.readNBytes(length);
            return;
        }
        for (int size = -1; size != 0; line(in)) {
            size = Integer.parseInt(line(in), 16);
            in.readNBytes(size);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the daemon closed the connection");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
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

    /** Acts as an agent that answers each message with three chunks. */
    private static void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            send(out, HEARTBEAT);
            while (true) {
                byte[] bytes = new byte[in.readInt()];
                in.readFully(bytes);
                answer(out, new String(bytes, UTF_8));
            }
        } catch (IOException gone) {
            // the daemon has closed the link, or was stopped
        }
    }

    private static void answer(DataOutputStream out, String request) throws IOException {
        String id = request.replaceAll("(?s).*\"id\":\"([^\"]*)\".*", "$1");
        if (request.contains("\"type\":\"message\"")) {
            for (String word : "one two three".split("(?<= )")) {
                send(out, frame("chunk", id, "{\"content\":\"" + word + "\",\"done\":false}"));
            }
            send(
                    out,
                    frame(
                            "chunk",
                            id,
                            "{\"content\":\"\",\"done\":true,\"finish_reason\":\"stop\"}"));
        } else if (request.contains("\"type\":\"ping\"")) {
            send(out, frame("pong", id, "{}"));
        } else {
            send(out, frame("config_ack", id, "{\"applied\":true}"));
        }
    }

    private static String frame(String type, String id, String payload) {
        return "{\"type\":\"%s\",\"id\":\"%s\",\"payload\":%s}".formatted(type, id, payload);
    }

    private static void send(DataOutputStream out, String json) throws IOException {
        byte[] bytes = json.getBytes(UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
