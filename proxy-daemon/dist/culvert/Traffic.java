import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

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
            String url = "http://127.0.0.1:" + daemon.getLocalPort();
            Path home = Files.createTempDirectory("culvert-training");
            try {
                if (isHere("script")) {
                    console(arguments[1], url, home);
                } else { // then the console starts more slowly, and everything works
                    verb(arguments[1], url);
                }
            } finally {
                remove(home);
            }
        }
    }

    private static boolean isHere(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static void verb(String launcher, String url) throws IOException, InterruptedException {
        Process command =
                new ProcessBuilder(launcher, "agents", "list", "--url", url)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        end(command, new String(command.getInputStream().readAllBytes(), UTF_8));
    }

    /** The console at a terminal, in which the verb runs. */
    private static void console(String launcher, String url, Path home)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(
                                "script",
                                "-qec",
                                "stty cols 100 rows 30; '"
                                        + launcher
                                        + "' --mode apply --url "
                                        + url,
                                "/dev/null")
                        .redirectErrorStream(true);
        builder.environment().put("HOME", home.toString());
        builder.environment().put("TERM", "xterm-256color");
        builder.environment().remove("XDG_STATE_HOME");
        Process command = builder.start();
        StringBuilder out = new StringBuilder();
        Thread reader =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            try (InputStream shown = command.getInputStream()) {
                                byte[] some = new byte[4096];
                                for (int n = shown.read(some); n > 0; n = shown.read(some)) {
                                    synchronized (out) {
                                        out.append(new String(some, 0, n, UTF_8));
                                    }
                                }
                            } catch (IOException closed) {
                                // it has ended
                            }
                        });
        type(command, out, "apply", "/agents list\r");
        type(command, out, "✓", "");
        Thread.sleep(1000); // until the prompt reads keys again
        type(command, out, "", "\u0004");
        reader.join(SECONDS.toMillis(PATIENCE_SECONDS));
        end(command, out.toString());
    }

    /** Types keys once the terminal shows a text. */
    private static void type(Process command, StringBuilder out, String text, String keys)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < end) {
            synchronized (out) {
                if (out.indexOf(text) >= 0) {
                    break;
                }
            }
            Thread.sleep(20);
        }
        command.getOutputStream().write(keys.getBytes(UTF_8));
        command.getOutputStream().flush();
    }

    private static void end(Process command, String out) throws IOException, InterruptedException {
        if (!command.waitFor(PATIENCE_SECONDS, SECONDS)
                || command.exitValue() != 0
                || !out.contains("vsock://3:1024")) {
            command.destroyForcibly();
            throw new IOException("the command did not work: " + command + " " + out);
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList().reversed()) { // a folder comes before what it has
                Files.delete(file);
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
