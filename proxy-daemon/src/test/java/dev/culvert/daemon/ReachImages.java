package dev.culvert.daemon;

import static dev.culvert.daemon.ScriptedProvider.delta;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.ScriptedProvider.Asked;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Server;
import dev.culvert.daemon.client.http.Tunnel;
import dev.culvert.link.BasePeer;
import dev.culvert.testing.Eventually;
import dev.culvert.testing.VsockLoopback;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a VM without a network reaches, and what reaches into it: tunnels over vhost-vsock, which
 * the host dials for one agent in the VM, and the guest for another. For {@code run.sh} only, as
 * {@link VsockImages}; the services in the VM are those that {@code run.sh} puts there.
 */
@ExtendWith(VsockLoopback.class)
@Timeout(300)
@TestInstance(Lifecycle.PER_CLASS)
class ReachImages {
    private static final Path SETTINGS = Path.of("/tmp/reach.jsonc");
    private static final Path KEY_FILE = Path.of("/tmp/reach.key");
    private static final Path FOUND = Path.of("/tmp/reach.found");
    private static final int ECHO = 7000;
    private static final int SHELL = 7001;
    private static final int SILENT = 7002;
    private static final int NOT_OF_THE_AGENT = 7003;
    private static final int NOT_OF_THE_HOST = 7004;
    private static final String ASKED =
            "{\"model\":\"m-1\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    /** One of the two agents in the VM. */
    private record Road(String agent, int llm, int proxy) {
        static final Road DIALLED = new Road("vm", 8082, 3128);
        static final Road JOINED = new Road("joined", 8083, 3129);
        static final List<Road> BOTH = List.of(DIALLED, JOINED);
    }

    private final String key = "key-" + Long.toHexString(new Random().nextLong());
    private ScriptedProvider provider;
    private ShippedDaemon daemon;
    private Shipped vm;

    @BeforeAll
    void start() throws Exception {
        provider =
                ScriptedProvider.of(asked -> {
                    if (asked.line().startsWith("POST")) {
                        asked.wire().beginEvents();
                        asked.wire().data(delta("one"));
                        asked.wire().end();
                    } else {
                        asked.wire().json(200, "{\"ok\":1}");
                        asked.wire().close();
                    }
                });
        for (String buffers : List.of("rmem", "wmem")) { // or megabytes stay on the way
            Files.writeString(Path.of("/proc/sys/net/ipv4/tcp_" + buffers), "4096 131072 262144");
        }
        Files.writeString(KEY_FILE, key);
        Files.setPosixFilePermissions(KEY_FILE, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(
                SETTINGS,
                """
                {"reach": {"ports": [{"ports": "22,7000-7003"}]},
                 "egress": [{"hosts": ["127.0.0.1"], "ports": "%d"}],
                 "providers": [{"name": "llm", "kind": "openai", "url": "http://127.0.0.1:%d/v1",
                                "key": {"file": "%s"}}]}
                """
                        .formatted(provider.port(), provider.port(), KEY_FILE));
        Map<String, String> settings = new HashMap<>(VsockImages.EMULATED);
        settings.put("CULVERT_JOIN_LISTEN", "[\"vsock://any:1028\"]");
        daemon =
                ShippedDaemon.start(
                        settings, "--config", SETTINGS.toString(), "--agent", "vm=vsock://3:1024");
        String made = daemon.post("/api/v1/enrollments", "{\"name\":\"joined\"}").body();
        vm =
                Shipped.start(
                        Path.of("/vm/reach"),
                        "-append",
                        "console=ttyS0 reboot=t panic=-1 quiet"
                                + " CULVERT_AGENT_FORWARD_PORTS=22,7000-7002,7004"
                                + " CULVERT_AGENT_LLM_LISTEN=127.0.0.1:8082"
                                + " CULVERT_AGENT_PROXY_LISTEN=127.0.0.1:3128 TOKEN="
                                + BasePeer.text(made, "token"));
        for (Road road : Road.BOTH) {
            daemon.awaitState(road.agent(), "ready");
        }
        run("culvert config-ssh --user root");
    }

    @AfterAll
    void stop() throws IOException {
        vm.close();
        daemon.close();
        provider.close();
    }

    @Test
    void carryBytesBothWaysOverConnectionsOfTheHost() throws Exception {
        assertCarries(Road.DIALLED);
    }

    @Test
    void carryBytesBothWaysOverConnectionsOfTheGuest() throws Exception {
        assertCarries(Road.JOINED);
    }

    /** More than fits anywhere on the way, to a service that stalls when nobody reads from it. */
    private void assertCarries(Road road) throws Exception {
        byte[] sent = new byte[8 << 20];
        new Random(1).nextBytes(sent);
        AtomicLong written = new AtomicLong();
        try (Tunnel tunnel = open(road, ECHO)) {
            CompletableFuture<Void> sending =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    for (int at = 0; at < sent.length; at += 65_536) {
                                        tunnel.out().write(sent, at, 65_536);
                                        written.addAndGet(65_536);
                                    }
                                    tunnel.endOutput();
                                } catch (IOException e) {
                                    throw new IllegalStateException(e);
                                }
                            },
                            task -> Thread.ofVirtual().start(task));
            long before = -1;
            while (before != written.get()) {
                before = written.get();
                Thread.sleep(1000);
            }
            assertThat(before).as("the writer is held back").isLessThan(sent.length);

            assertThat(Arrays.equals(tunnel.in().readAllBytes(), sent)).isTrue();

            sending.join();
        }
    }

    @Test
    void refusePortsInWords() {
        for (Road road : Road.BOTH) {
            assertRefused(road, NOT_OF_THE_HOST, "reach.ports");
            assertRefused(road, NOT_OF_THE_AGENT, "--forward-ports");
            assertRefused(road, SILENT, "start the service");
        }
    }

    private void assertRefused(Road road, int port, String why) {
        assertThatThrownBy(() -> open(road, port).close()).hasMessageContaining(why);
    }

    @Test
    void giveAVmWithoutANetworkItsLlmAndNeverTheKey() throws Exception {
        String marker = "mark-" + Long.toHexString(new Random().nextLong());
        assertThat(inVm("ls /sys/class/net; echo " + marker + " > /tmp/marker")).isEqualTo("lo\n");

        for (Road road : Road.BOTH) {
            String answer =
                    onceItTakesTunnels(
                            "printf 'POST /v1/chat/completions HTTP/1.1\\r\\nhost: localhost\\r\\nauthorization: Bearer none\\r\\n"
                                    + "content-type: application/json\\r\\ncontent-length: %d\\r\\nconnection: close\\r\\n\\r\\n%s'"
                                            .formatted(ASKED.length(), ASKED)
                                    + " | nc 127.0.0.1 "
                                    + road.llm());

            assertThat(answer).contains("200 OK", "data: " + delta("one"));
            Asked asked = provider.next();
            assertThat(asked.headers()).containsEntry("authorization", "Bearer " + key);
            assertThat(asked.body()).isEqualTo(ASKED);
            assertThat(daemon.get("/api/v1/budgets").body())
                    .contains("{\"of\":\"agent\",\"name\":\"%s\"".formatted(road.agent()));
        }

        assertThat(foundInTheMemoryOfTheVm(marker, key))
                .as("the VM's memory is looked at, and the key is not in it")
                .contains(marker)
                .doesNotContain(key);
    }

    /** Those of the words that it contains, each as often as it does. */
    private List<String> foundInTheMemoryOfTheVm(String one, String other) throws IOException {
        Writer monitor = vm.process().outputWriter();
        monitor.write(
                "migrate \"exec:/bin/grep -aoF -e %1$s -e %2$s > %3$s.part; mv %3$s.part %3$s\"\ncont\n"
                        .formatted(one, other, FOUND));
        monitor.flush();
        Eventually.await(
                Duration.ofSeconds(60), Duration.ofMillis(200), () -> assertThat(FOUND).exists());
        return Files.readAllLines(FOUND);
    }

    @Test
    void letAVmWithoutANetworkReachServersThatAreListed() throws Exception {
        for (Road road : Road.BOTH) {
            String proxy = "http_proxy=http://127.0.0.1:" + road.proxy() + " wget -O - 2>&1 ";
            String listed = "http://127.0.0.1:" + provider.port() + "/x?y";

            assertThat(onceItTakesTunnels(proxy + listed)).contains("{\"ok\":1}");
            assertThat(provider.next().line()).isEqualTo("GET /x?y HTTP/1.1");
            assertThat(inVm(proxy + "http://127.0.0.1:1/")).contains("403 Forbidden");
            assertThat(inVm(proxy + "http://example.org/")).contains("403 Forbidden");
            assertThat(provider.waiting()).isZero();
            assertThat(
                            inVm(
                                    "printf 'CONNECT 127.0.0.1:%d HTTP/1.1\\r\\n\\r\\nGET /c HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n' | nc 127.0.0.1 %d"
                                            .formatted(provider.port(), road.proxy())))
                    .startsWith("HTTP/1.1 200 Connected\r\n\r\nHTTP/1.1 200 ")
                    .endsWith("{\"ok\":1}");
            assertThat(provider.next().line()).isEqualTo("GET /c HTTP/1.1");
        }
    }

    @Test
    void beReachedBySsh() throws Exception {
        assertThat(run("ssh vm.culvert 'echo hello; exit 7' || echo status $?"))
                .isEqualTo("hello\nstatus 7\n");
    }

    /** There by one road, and back by the other. */
    @Test
    void beReachedByScp() throws Exception {
        Path sent = random("/tmp/reach.sent");

        run("scp /tmp/reach.sent vm.culvert:/tmp/by-scp");
        run("scp joined.culvert:/tmp/by-scp /tmp/reach.back");

        assertThat(Path.of("/tmp/reach.back")).hasSameBinaryContentAs(sent);
    }

    @Test
    void beReachedByRsync() throws Exception {
        Files.createDirectories(Path.of("/tmp/reach.tree/folder"));
        random("/tmp/reach.tree/folder/file");

        run("rsync -a /tmp/reach.tree/ joined.culvert:/tmp/by-rsync/");

        assertThat(inVm("sha256sum < /tmp/by-rsync/folder/file"))
                .isEqualTo(run("sha256sum < /tmp/reach.tree/folder/file"));
    }

    @Test
    void beReachedByAnsible() throws Exception {
        Files.writeString(
                Path.of("/tmp/reach.inventory"),
                "[agents]\nvm.culvert ansible_python_interpreter=/usr/bin/python3\n");

        assertThat(run("ANSIBLE_PIPELINING=1 ansible -i /tmp/reach.inventory -T 60 -m ping agents"))
                .contains("vm.culvert | SUCCESS", "\"ping\": \"pong\"");
    }

    private static Path random(String file) throws IOException {
        byte[] bytes = new byte[1 << 20];
        new Random(2).nextBytes(bytes);
        return Files.write(Path.of(file), bytes);
    }

    private Tunnel open(Road road, int port) throws IOException {
        return new Api(
                        new Server.Http("127.0.0.1", URI.create(daemon.url()).getPort(), ""),
                        "",
                        Optional.empty(),
                        Duration.ofSeconds(60),
                        _ -> {})
                .tunnel("/api/v1/agents/" + road.agent() + "/forward/" + port, "culvert-tunnel");
    }

    /** What a command prints that is run in the VM. */
    private String inVm(String command) throws IOException {
        try (Tunnel tunnel = open(Road.DIALLED, SHELL)) {
            tunnel.out().write((command + "\n").getBytes(US_ASCII));
            tunnel.endOutput();
            return new String(tunnel.in().readAllBytes(), UTF_8);
        }
    }

    /** Also while the agent has not heard yet that its host takes tunnels. */
    private String onceItTakesTunnels(String command) throws IOException {
        String answer = inVm(command);
        while (answer.contains("503 Service Unavailable")) {
            answer = inVm(command);
        }
        return answer;
    }

    /** What a command prints that is run on the host. */
    private String run(String command) throws Exception {
        Map<String, String> environment =
                Map.of(
                        "PATH", "/culvert/proxy-daemon/target/culvertd/bin:/usr/bin:/bin",
                        "HOME", "/root",
                        "LC_ALL", "C.UTF-8",
                        "CULVERT_URL", daemon.url(),
                        "CULVERT_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
        try (Shipped ran =
                        Shipped.start(
                                environment, Path.of("/bin/sh"), "-c", "exec 2>&1; " + command);
                InputStream out = ran.process().getInputStream()) {
            String said = new String(out.readAllBytes(), UTF_8);
            assertThat(ran.exitCode()).as(said).isZero();
            return said;
        }
    }
}
