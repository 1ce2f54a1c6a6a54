package dev.culvert.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The scenario {@code tunnel}: one connection from a client to a service that sends as fast as it
 * can, forwarded by culvertd and culvert-agent, and by two socat, each pair with a Unix socket
 * between its programs. They take turns.
 */
final class TunnelCost {
    static final String NAME = "tunnel";
    static final String TITLE =
            "A forwarded connection, beside two socat: bytes a second, CPU a GB";

    private static final double GIGABYTE = 1e9;
    private static final int READ_BYTES = 256 << 10;

    /** Two programs, and how a client connects to the service through them. */
    private record Pair(String title, List<Child> programs, Connector connector) {
        double cpuSeconds() {
            return programs.stream().mapToDouble(it -> it.cpu().seconds()).sum();
        }
    }

    private interface Connector {
        Socket connect() throws IOException;
    }

    private final Options options;
    private final Tools tools;
    private final TunnelResults results;

    TunnelCost(Options options, Tools tools, TunnelResults results) {
        this.options = options;
        this.tools = tools;
        this.results = results;
    }

    void run() throws IOException {
        if (!tools.isInstalled("socat")) {
            System.out.println("bench: the scenario tunnel needs socat: install it");
            return;
        }
        Path folder = Files.createTempDirectory("culvert-tunnel");
        try (ServerSocket service = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> serve(service));
            Pair own = own(folder, service.getLocalPort());
            Pair socat = socat(folder, service.getLocalPort());
            try {
                measure(own, options.warmUp(Peer.CULVERTD));
                measure(socat, options.slice());
                for (int round = 0; round < options.rounds(); round++) {
                    results.add(own.title(), measure(own, options.slice()));
                    results.add(socat.title(), measure(socat, options.slice()));
                }
            } finally {
                own.programs().forEach(Child::close);
                socat.programs().forEach(Child::close);
            }
            System.out.println(results.table(TITLE));
        }
    }

    /** Sends to whoever connects, until that one has left. */
    private static void serve(ServerSocket service) {
        byte[] bytes = new byte[READ_BYTES];
        while (!service.isClosed()) {
            try (Socket client = service.accept()) {
                while (true) {
                    client.getOutputStream().write(bytes);
                }
            } catch (IOException _) {
                // it has left
            }
        }
    }

    private static TunnelResults.Turn measure(Pair pair, Duration time) throws IOException {
        byte[] bytes = new byte[READ_BYTES];
        try (Socket client = pair.connector().connect()) {
            InputStream in = client.getInputStream();
            read(in, bytes);
            double cpu = pair.cpuSeconds();
            long begin = System.nanoTime();
            long end = begin + time.toNanos();
            long all = 0;
            while (System.nanoTime() < end) {
                all += read(in, bytes);
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            return new TunnelResults.Turn(
                    all / seconds, (pair.cpuSeconds() - cpu) / (all / GIGABYTE));
        }
    }

    private static int read(InputStream in, byte[] bytes) throws IOException {
        int read = in.read(bytes);
        if (read < 0) {
            throw new IOException("the connection ended");
        }
        return read;
    }

    private Pair own(Path folder, int service) throws IOException {
        Child guest =
                Child.start(
                        tools.log("culvert-agent"),
                        Map.of(),
                        List.of(
                                tools.guest(),
                                "--listen=unix://" + folder.resolve("agent.sock"),
                                "--runtime=echo",
                                "--forward-ports=" + service,
                                "--log-level=warn"));
        guest.lineWith("listening on ");
        Path settings =
                tools.file(
                        "tunnel.jsonc",
                        """
                        {
                          "http": {"listen": ["tcp://127.0.0.1:0"]},
                          "admin": {"listen": []},
                          "reach": {"ports": [{"ports": "%d"}]},
                          "agents": [{"id": "a", "address": "unix://%s"}]
                        }
                        """
                                .formatted(service, folder.resolve("agent.sock")));
        Child daemon =
                Child.start(
                        tools.log("culvertd-tunnel"),
                        Map.of(),
                        List.of(tools.culvertd(), "serve", "--config", settings));
        String line = daemon.lineWith("listening on ");
        int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
        Bench.pause(options.toSettle()); // the agent is ready by then
        return new Pair(TunnelResults.OWN, List.of(daemon, guest), () -> upgraded(port, service));
    }

    /** A connection that the daemon has made one to the port of the agent. */
    private static Socket upgraded(int daemon, int service) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), daemon);
        client.getOutputStream()
                .write(
                        """
                        GET /api/v1/agents/a/forward/%d HTTP/1.1\r
                        Host: 127.0.0.1\r
                        Connection: Upgrade\r
                        Upgrade: culvert-tunnel\r
                        \r
                        """
                                .formatted(service)
                                .getBytes(StandardCharsets.US_ASCII));
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int next = client.getInputStream().read();
            if (next < 0) {
                break;
            }
            answer.append((char) next);
        }
        if (answer.indexOf(" 101 ") < 0) {
            client.close();
            throw new IOException("culvertd answered: " + answer);
        }
        return client;
    }

    private Pair socat(Path folder, int service) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path socket = folder.resolve("socat.sock");
        Child guest =
                Child.start(
                        tools.log("socat-guest"),
                        Map.of(),
                        List.of(
                                "socat",
                                "-b65536",
                                "UNIX-LISTEN:" + socket + ",fork",
                                "TCP:127.0.0.1:" + service));
        Child host =
                Child.start(
                        tools.log("socat-host"),
                        Map.of(),
                        List.of(
                                "socat",
                                "-b65536",
                                "TCP-LISTEN:" + port + ",bind=127.0.0.1,reuseaddr,fork",
                                "UNIX-CONNECT:" + socket));
        Bench.pause(options.toSettle());
        return new Pair(
                TunnelResults.SOCAT,
                List.of(host, guest),
                () -> new Socket(InetAddress.getLoopbackAddress(), port));
    }
}
