package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.regex.Matcher.quoteReplacement;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.testing.CapturedLog;
import dev.culvert.testing.Eventually;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Caddy and nginx in front of the daemon, as docs/how-to-reverse-proxy.md configures them; each is
 * skipped where it is not installed.
 */
@Timeout(60)
class BehindAProxyIT {
    private static final Logger LOG = LoggerFactory.getLogger(BehindAProxyIT.class);
    private static final Path PAGE = Path.of("docs/how-to-reverse-proxy.md");
    private static final String NAME = "culvert.example.org";
    private static final String DAEMON = "127.0.0.1:8470";

    /** Of loopback, but no trusted proxy. */
    private static final String CLIENT = "127.0.0.2";

    private static final List<Path> PROGRAMS =
            List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"), Path.of("/usr/local/bin"));

    @TempDir private Path directory;
    private final int port = freePort();

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void caddyNeedsOneLine() throws Exception {
        Path caddy = installed("caddy");
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            String site =
                    snippet("caddyfile", daemon)
                            .replace(NAME + " {", "http://" + NAME + ":" + port + " {");
            Path config = write("Caddyfile", "{\n  admin off\n}\n" + site);
            Process process =
                    start(caddy, "run", "--adapter", "caddyfile", "--config", config.toString());
            try {
                servesItsClients(guest, true);
            } finally {
                stop(process);
            }
        }
    }

    @Test
    void nginxWithTheLinesOfThePage() throws Exception {
        Path nginx = installed("nginx");
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            Process process = nginx(nginx, snippet("nginx", daemon));
            try {
                servesItsClients(guest, true);
            } finally {
                stop(process);
            }
        }
    }

    @Test
    void nginxWithOnlyProxyPass() throws Exception {
        Path nginx = installed("nginx");
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            String server = snippet("nginx", daemon).replaceAll("(?m)^ +proxy_(?!pass)[^;]*;$", "");
            Process process = nginx(nginx, server);
            try {
                servesItsClients(guest, false);
            } finally {
                stop(process);
            }
        }
    }

    private static Path installed(String program) {
        Path found =
                PROGRAMS.stream()
                        .map(it -> it.resolve(program))
                        .filter(Files::isExecutable)
                        .findFirst()
                        .orElse(Path.of(""));
        if (found.toString().isEmpty()) {
            LOG.warn("skipped: {} is not installed (apt-get install caddy nginx-light)", program);
        }
        assumeTrue(!found.toString().isEmpty(), program + " is not installed");
        return found;
    }

    private static TestDaemon daemon(ScriptedGuest guest) throws Exception {
        return TestDaemon.with(
                """
                "http": {
                  "listen": ["tcp://127.0.0.1:0"],
                  "allowed_hosts": ["%s"],
                  "trusted_proxies": ["127.0.0.1", "::1"]
                },
                """
                        .formatted(NAME),
                guest);
    }

    /** The code of the page, for this daemon. */
    private String snippet(String language, TestDaemon daemon) throws IOException {
        Matcher code =
                Pattern.compile("(?s)```" + language + "\n(.*?)```")
                        .matcher(Files.readString(PAGE));
        assertThat(code.find()).as(language).isTrue();
        return code.group(1).replace(DAEMON, "127.0.0.1:" + daemon.port());
    }

    private Process nginx(Path program, String server) throws IOException {
        String here =
                server.replaceAll("listen 80;", quoteReplacement("listen 127.0.0.1:" + port + ";"));
        Path config =
                write(
                        "nginx.conf",
                        """
                        daemon off;
                        master_process off;
                        pid %1$s/pid;
                        error_log stderr;
                        events {}
                        http {
                          access_log off;
                          client_body_temp_path %1$s/body;
                          proxy_temp_path %1$s/proxy;
                          fastcgi_temp_path %1$s/fastcgi;
                          uwsgi_temp_path %1$s/uwsgi;
                          scgi_temp_path %1$s/scgi;
                          %2$s
                        }
                        """
                                .formatted(directory, here));
        return start(program, "-p", directory.toString(), "-c", config.toString());
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private Process start(Path program, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(program.toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().put("HOME", directory.toString());
        builder.environment().put("XDG_DATA_HOME", directory.toString());
        builder.environment().put("XDG_CONFIG_HOME", directory.toString());
        builder.redirectErrorStream(true);
        builder.redirectOutput(directory.resolve("output").toFile());
        Process process = builder.start();
        Eventually.await(() -> {
            try (Socket _ = connect()) {
                assertThat(process.isAlive()).isTrue();
            } catch (IOException e) {
                throw new AssertionError(output(), e);
            }
        });
        return process;
    }

    private String output() {
        try {
            return Files.readString(directory.resolve("output"));
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static void stop(Process process) throws InterruptedException {
        process.destroy();
        process.waitFor();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(CLIENT, 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Streams arrive as they are sent, the own page may call, and the log knows the client. */
    private void servesItsClients(ScriptedGuest guest, boolean forwards) throws Exception {
        try (Socket socket = connect()) {
            InputStream in =
                    post(socket, "stream", forwards ? "Origin: http://" + NAME + "\r\n" : "");
            ScriptedGuest.Request message = guest.take();
            message.chunk("first");
            assertThat(until(in, "first")).startsWith("HTTP/1.1 200 OK\r\n");
            message.done("second");
            assertThat(until(in, "event: done")).contains("second");
        }
        try (CapturedLog log = new CapturedLog();
                Socket socket = connect()) {
            InputStream in = post(socket, "message", "X-Forwarded-For: 192.0.2.99\r\n");
            guest.take().error("internal", "as the test wants it");
            assertThat(until(in, "\r\n\r\n")).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
            if (forwards) {
                Eventually.await(
                        () -> assertThat(log.text()).contains(" client=" + CLIENT + " agent=a "));
            }
        }
    }

    private static InputStream post(Socket socket, String verb, String headers) throws IOException {
        String request =
                """
                POST /api/v1/agents/a/%s HTTP/1.1\r
                Host: %s\r
                Content-Type: application/json\r
                Content-Length: %d\r
                %s\r
                %s\
                """
                        .formatted(
                                verb,
                                NAME,
                                TestDaemon.MESSAGE.length(),
                                headers,
                                TestDaemon.MESSAGE);
        socket.getOutputStream().write(request.getBytes(ISO_8859_1));
        return new BufferedInputStream(socket.getInputStream());
    }

    /** What comes up to {@code end}, or the end of all. */
    private static String until(InputStream in, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end, text.length() - end.length()) < 0) {
            int b = in.read();
            if (b < 0) {
                break;
            }
            text.append((char) b);
        }
        return text.toString();
    }
}
