import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Acts as a daemon with one agent, to train the image of the command. A single file for {@code
 * java}: {@code Traffic.java train LAUNCHER}.
 */
final class Traffic {
    private static final int PATIENCE_SECONDS = 60;
    private static final String AGENTS =
            "{\"agents\":[{\"id\":\"a\",\"tenant\":\"default\",\"address\":\"vsock://3:1024\","
                    + "\"state\":\"ready\",\"since\":\"2026-11-21T12:10:35.520Z\",\"heartbeat\":{"
                    + "\"protocol\":\"1.1\",\"features\":[\"cancel\"]},\"links_open\":1,"
                    + "\"turns_in_flight\":0}],\"next\":null}";

    private Traffic() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length != 2 || !arguments[0].equals("train")) {
            throw new IllegalArgumentException("train LAUNCHER");
        }
        try (ServerSocket daemon = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> accept(daemon));
            Process command =
                    new ProcessBuilder(
                                    arguments[1],
                                    "agents",
                                    "list",
                                    "--url",
                                    "http://127.0.0.1:" + daemon.getLocalPort())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            String out = new String(command.getInputStream().readAllBytes(), UTF_8);
            if (!command.waitFor(PATIENCE_SECONDS, SECONDS)
                    || command.exitValue() != 0
                    || !out.contains("vsock://3:1024")) {
                throw new IOException("the command did not work: " + command + " " + out);
            }
        }
    }

    private static void accept(ServerSocket daemon) {
        try {
            while (true) {
                try (Socket socket = daemon.accept()) {
                    answer(socket);
                }
            }
        } catch (IOException closed) {
            // the training is over
        }
    }

    private static void answer(Socket socket) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            // the request does not matter
        }
        String head =
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ";
        socket.getOutputStream()
                .write((head + AGENTS.length() + "\r\n\r\n" + AGENTS).getBytes(UTF_8));
    }
}
