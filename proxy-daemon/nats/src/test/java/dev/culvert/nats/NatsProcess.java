package dev.culvert.nats;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server of Debian's NATS, with files of its own. */
final class NatsProcess implements AutoCloseable {
    private static final Path PROGRAM =
            Path.of(System.getProperty("nats.server", "/usr/sbin/nats-server"));

    private final Path folder;
    private final String settings;
    private final int port;
    private @Nullable Process server;

    private NatsProcess(Path folder, String settings, int port) {
        this.folder = folder;
        this.settings = settings;
        this.port = port;
    }

    /**
     * Skips the test where NATS is not installed.
     *
     * @param settings more of its configuration
     */
    static NatsProcess start(Path folder, String settings) throws IOException {
        assumeTrue(
                Files.isExecutable(PROGRAM),
                "not tested with NATS: there is no " + PROGRAM + " (apt-get install nats-server)");
        NatsProcess process = new NatsProcess(folder, settings, freePort());
        process.startAgain();
        return process;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    String url() {
        return "nats://127.0.0.1:" + port;
    }

    /** After {@link #kill}, on the same port and with the same files. */
    void startAgain() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("nats.conf"),
                        "host: 127.0.0.1\nport: %d\njetstream {store_dir: \"%s\"}\n%s\n"
                                .formatted(port, folder.resolve("store"), settings));
        Process started =
                new ProcessBuilder(PROGRAM.toString(), "-c", file.toString())
                        .redirectErrorStream(true)
                        .start();
        server = started;
        BufferedReader lines = started.inputReader();
        StringBuilder said = new StringBuilder();
        String line = lines.readLine();
        while (line != null && !line.contains("Server is ready")) {
            said.append(line).append('\n');
            line = lines.readLine();
        }
        if (line == null) {
            throw new IOException(said.toString());
        }
        Thread.ofVirtual().start(() -> drain(started.getInputStream()));
    }

    private static void drain(InputStream output) {
        try (output) {
            output.skip(Long.MAX_VALUE);
        } catch (IOException _) {
            return; // it has ended
        }
    }

    void kill() {
        Process running = server;
        if (running == null) {
            return;
        }
        running.destroyForcibly();
        try {
            if (!running.waitFor(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("NATS did not end");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        server = null;
    }

    @Override
    public void close() {
        kill();
    }
}
