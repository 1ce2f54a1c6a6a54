package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.culvert.daemon.http.tls.TestCertificates;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the commands of the pages that are marked {@code secured}, page by page and in order,
 * against a daemon with tokens, TLS and an admin socket. systemctl, sudo and usermod are stand-ins:
 * the first one reloads that daemon.
 */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class DocSecuredTest {
    /** What the pages write for ids, which differ from daemon to daemon. */
    private static final String TOKEN_ID = "4f21c09ab37e";

    private static final String RUN_ID = "7f3a09c1";

    private static final String SYSTEMCTL =
            """
            #!/bin/sh
            [ "$1 $2" = "reload culvertd" ] || { echo "unknown: systemctl $*"; exit 1; }
            kill -HUP "$DAEMON_PID"
            for _ in $(seq 100); do
                grep -q 'reloaded' "$DAEMON_LOG" && exit 0
                sleep 0.1
            done
            exit 1
            """;

    @TempDir Path directory;

    static Stream<Arguments> pages() throws IOException {
        List<Arguments> pages = new ArrayList<>();
        for (Path page : DocsTest.pagesOfTheRepository()) {
            DocBlocks blocks = DocBlocks.of(page);
            if (!blocks.secured().isEmpty()) {
                pages.add(argumentSet(DocBlocks.ROOT.relativize(page).toString(), blocks));
            }
        }
        return pages.stream();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void runsWithoutAnError(DocBlocks blocks) throws Exception {
        String commands = String.join("\n", blocks.secured());
        assumeTrue(!commands.contains("openssl") || isHere("openssl"), "openssl is not here");
        Path work = Files.createDirectories(directory.resolve("work"));
        certificates(work);
        Path log = Files.createFile(directory.resolve("log"));
        Map<String, String> environment =
                Map.of(
                        "LOG", log.toString(),
                        "CULVERT_ADMIN_LISTEN", "unix://" + socket(),
                        "CULVERT_STATE_DIR", directory.resolve("state").toString());
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", "-c", "exec \"$0\" \"$@\" 2>>\"$LOG\""));
        command.addAll(DaemonProcess.command(List.of(), "serve", "--config", settings(work)));
        try (DaemonProcess daemon = DaemonProcess.start(environment, command)) {
            URI plain = URI.create(daemon.after("listening on "));
            URI tls = URI.create(daemon.after("listening on "));
            run(begun(commands, plain) + adapted(commands, plain, tls), work, daemon.pid(), log);
        }
    }

    /** What other pages have done before, unless this page does it itself. */
    private static String begun(String commands, URI plain) {
        String first = "set -e\nculvert=" + plain + "/api/v1\n";
        if (!commands.contains("culvertd init")) {
            first += "culvertd init\nsystemctl reload culvertd\n";
        }
        return commands.contains("token=")
                ? first
                : first + "token=$(cat ~/.config/culvert/local.token)\n";
    }

    private Path socket() {
        return directory.resolve("admin.sock");
    }

    private static void certificates(Path work) throws Exception {
        TestCertificates made = new TestCertificates();
        Files.writeString(work.resolve("cert.pem"), made.chain("server"));
        Files.writeString(work.resolve("key.pem"), made.key("server"));
        Files.writeString(work.resolve("clients.pem"), made.chain("issuer"));
        Files.writeString(work.resolve("client.pem"), made.chain("client"));
        Files.writeString(work.resolve("client-key.pem"), made.key("client"));
    }

    private String settings(Path work) throws IOException {
        return Files.writeString(
                        directory.resolve("culvertd.jsonc"),
                        """
                        {
                          "http": {
                            "listen": ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"],
                            "tls": {
                              "cert": "%1$s/cert.pem", "key": "%1$s/key.pem",
                              "client_ca": "%1$s/clients.pem", "client_auth": "optional",
                              "reload_interval": "50ms"
                            }
                          },
                          "agents": [{"id": "web-1", "address": "unix:///nowhere/1"}]
                        }
                        """
                                .formatted(work))
                .toString();
    }

    /** With the addresses, the socket and the ids of this daemon. */
    private String adapted(String commands, URI plain, URI tls) {
        return commands.replace("127.0.0.1:8470", plain.getAuthority())
                .replace("localhost:8443", "localhost:" + tls.getPort())
                .replace("/run/culvert/admin.sock", socket().toString())
                .replace(TOKEN_ID, "$(culvert token list -o jsonl | id_of ci)")
                .replace(RUN_ID, "$(culvert op -o name | head -n 1)");
    }

    private void run(String text, Path work, long pid, Path log) throws Exception {
        Path bin = Files.createDirectories(directory.resolve("bin"));
        DocPrograms.write(bin);
        DocPrograms.program(bin, "systemctl", SYSTEMCTL);
        DocPrograms.program(bin, "sudo", "#!/bin/sh\nexec \"$@\"\n");
        DocPrograms.program(bin, "usermod", "#!/bin/sh\n");
        DocPrograms.program(bin, "journalctl", "#!/bin/sh\ncat \"$DAEMON_LOG\"\n");
        DocPrograms.program(
                bin,
                "id_of",
                "#!/bin/sh\nsed -n '/\"name\":\"'\"$1\"'\"/s/.*\"id\":\"\\([^\"]*\\)\".*/\\1/p'\n");
        Path script = Files.writeString(directory.resolve("page.sh"), text);
        Path out = directory.resolve("out");
        ProcessBuilder builder =
                new ProcessBuilder("bash", script.toString())
                        .directory(work.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("CULVERT_"));
        environment.remove("XDG_CONFIG_HOME");
        environment.put("PATH", bin + File.pathSeparator + environment.get("PATH"));
        environment.put("HOME", directory.toString());
        environment.put("DAEMON_PID", Long.toString(pid));
        environment.put("DAEMON_LOG", log.toString());
        environment.put("CULVERT_STATE_DIR", directory.resolve("state").toString());
        environment.put("CULVERT_URL", "unix://" + socket());
        Process process = builder.start();
        boolean ended = process.waitFor(100, TimeUnit.SECONDS);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        String printed = Files.readString(out, UTF_8);
        assertThat(ended && process.exitValue() == 0)
                .as(text + "\n---\n" + printed + "\n---\n" + Files.readString(log))
                .isTrue();
    }

    private static boolean isHere(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(it -> Files.isExecutable(Path.of(it).resolve(program)));
    }
}
