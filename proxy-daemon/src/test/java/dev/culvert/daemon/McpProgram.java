package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.command.Culvert;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.value.Value;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A program that has started {@code culvert mcp}, over a pair of sockets as its pipes. */
final class McpProgram implements Closeable {
    private final Socket near;
    private final Socket far;
    private final BufferedReader lines;
    private final OutputStream out;
    private final StringWriter err = new StringWriter();
    private final Thread command;
    private final List<Value> others = new ArrayList<>();
    private int requests;
    private volatile int code = -1;

    private McpProgram(Map<String, String> environment, String... words) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            near = new Socket(server.getInetAddress(), server.getLocalPort());
            far = server.accept();
        }
        near.setSoTimeout(60_000);
        lines = new BufferedReader(new InputStreamReader(near.getInputStream(), UTF_8));
        out = near.getOutputStream();
        InputStream in = far.getInputStream();
        Surroundings around =
                new Surroundings(
                        environment,
                        in,
                        new PrintWriter(far.getOutputStream(), true, UTF_8),
                        new PrintWriter(err, true),
                        new Surroundings.Place(
                                Path.of("/nonexistent"), List.of(), Terminal.NONE, _ -> {}));
        command = Thread.ofVirtual().start(() -> code = Culvert.run(around, words));
    }

    static McpProgram start(TestDaemon daemon) throws IOException {
        return new McpProgram(Map.of("CULVERT_URL", "http://127.0.0.1:" + daemon.port()), "mcp");
    }

    /** In a workspace, whose user has this environment. */
    static McpProgram in(Path workspace, String url, Map<String, String> environment)
            throws IOException {
        Map<String, String> all = new HashMap<>(environment);
        all.put("CULVERT_URL", url);
        return new McpProgram(all, "mcp", "--project", workspace.toString());
    }

    void write(String line) throws IOException {
        out.write((line + "\n").getBytes(UTF_8));
    }

    Value read() throws IOException {
        return Value.parse(String.valueOf(lines.readLine()));
    }

    /** Sends a request, and waits for its response. */
    Value ask(String method, Value params) throws IOException {
        int id = begin(method, params);
        while (true) {
            Value message = read();
            if (message.text("method").isEmpty() && message.text("id").equals("" + id)) {
                return message;
            }
            others.add(message);
        }
    }

    /** Sends a request, and returns its id. */
    int begin(String method, Value params) throws IOException {
        write(
                Value.members(
                                "jsonrpc",
                                "2.0",
                                "id",
                                ++requests,
                                "method",
                                method,
                                "params",
                                params)
                        .json());
        return requests;
    }

    /** What came beside the responses. */
    List<Value> others() {
        return others;
    }

    String err() {
        return err.toString();
    }

    int end() throws Exception {
        near.shutdownOutput();
        command.join();
        return code;
    }

    @Override
    public void close() throws IOException {
        near.close();
        far.close();
    }
}
