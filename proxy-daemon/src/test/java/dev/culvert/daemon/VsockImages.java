package dev.culvert.daemon;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.link.BasePeer;
import dev.culvert.testing.VsockLoopback;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The daemon and the guest as they are shipped, over vsock_loopback. Not for Maven, which runs on a
 * machine that is not ours: {@code run.sh} runs it in one of its own.
 */
@ExtendWith(VsockLoopback.class)
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class VsockImages implements ImagesContract {
    /** For a processor that is emulated, where compiling well costs more than it saves. */
    static final Map<String, String> EMULATED =
            Map.of(
                    "CULVERT_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1",
                    "CULVERT_TIMEOUTS_CONFIG", "30s",
                    "CULVERT_TIMEOUTS_PING", "30s",
                    "CULVERT_LINK_DIAL_TIMEOUT", "15s",
                    "CULVERT_HOME_BACKOFF_MAX", "1s",
                    "CULVERT_HOME_HEARTBEAT_INTERVAL", "3s");

    private static final AgentAddress AGENT = AgentAddress.parse("vsock://1:1024");

    private final EventLoops loops = EventLoops.start(1, "host");
    private Shipped agent;
    private ShippedDaemon daemon;

    @BeforeAll
    void start() throws IOException {
        agent = Shipped.echo("vsock://any:1024", "--max-turns", "200");
        assertThat(agent.listening()).isEqualTo("vsock://any:1024");
        daemon = ShippedDaemon.start(AGENT.toString(), EMULATED);
        daemon.awaitState("vm", "ready");
    }

    @AfterAll
    void stop() {
        loops.close();
        daemon.close();
        agent.close();
    }

    @Override
    public ShippedDaemon daemon() {
        return daemon;
    }

    /** Beside a VM's agent run processes that are not the host. */
    @Test
    void refuseWhoeverIsNotTheHostAndSaySoOnBothSides() throws Exception {
        try (Shipped guarded =
                Shipped.start(Shipped.AGENT, "--listen", "vsock://any:1025", "--runtime", "echo")) {
            guarded.listening();

            add("guarded", "vsock://1:1025");

            daemon.awaitAgent("guarded", "does it accept this host (its --accept-from)?");
            daemon.awaitState("guarded", "unreachable");
            assertThat(guarded.stop()).isZero();
            assertThat(guarded.errors())
                    .contains(
                            "refused a connection from CID 1: only the host may connect (--accept-from)");
        }
    }

    @Test
    void sayWhatIsWrongWithAnAddressWhereNobodyAnswers(TestReporter reporter) throws Exception {
        add("dead", "vsock://1:1026");
        add("absent", "vsock://77:1024");

        assertThat(timedPing(reporter, "dead"))
                .contains("vsock://1:1026: nothing listens on port 1026 in the VM");
        assertThat(timedPing(reporter, "absent"))
                .contains("vsock://77:1024: no VM has this CID: is it started");
    }

    @Test
    void takeAnAgentThatDialsInAndTakeItAgain(@TempDir Path folder) throws Exception {
        Map<String, String> settings = new HashMap<>(EMULATED);
        settings.put("CULVERT_JOIN_LISTEN", "[\"vsock://any:1027\"]");
        try (ShippedDaemon joined = ShippedDaemon.start(AGENT.toString(), settings)) {
            String made = joined.post("/api/v1/enrollments", "{\"name\":\"joined\"}").body();
            String[] command = {
                "--join",
                "vsock://1:1027",
                "--join-token-file",
                Files.writeString(folder.resolve("token"), BasePeer.text(made, "token")).toString(),
                "--state-dir",
                Files.createDirectory(folder.resolve("state")).toString(),
                "--runtime",
                "echo"
            };
            for (int start = 0; start < 2; start++) { // the second one has no use for the token
                try (Shipped _ = Shipped.start(Shipped.AGENT, command)) {
                    joined.awaitState("joined", "ready");
                    assertThat(
                                    joined.post(
                                                    "/api/v1/agents/joined/message",
                                                    "{\"role\":\"user\",\"content\":\"over vsock\"}")
                                            .body())
                            .contains("over vsock");
                }
                joined.awaitState("joined", "unreachable");
            }
        }
    }

    @Test
    void answerOnTwoHundredLinksAtOnce() {
        List<AnswerReader> links =
                Stream.generate(() -> AnswerReader.dial(loops, AGENT)).limit(200).toList();
        for (int i = 0; i < links.size(); i++) {
            links.get(i).ask("link-" + i, "words on link " + i);
        }

        for (int i = 0; i < links.size(); i++) {
            assertThat(links.get(i).answer()).isEqualTo("words on link " + i);
        }
        assertThat(links).allMatch(AnswerReader::isOpen);
    }

    /**
     * Some kernels count the overhead of each small packet against the reader's buffer, and reset
     * the connection when that is full.
     */
    @Test
    void giveFiveThousandSmallChunksToAHostThatReadsSlowly() {
        String words = ImagesContract.words(5_000);
        AnswerReader link = AnswerReader.dialSlow(loops, AGENT);

        link.ask("slow", words);

        assertThat(link.answer()).isEqualTo(words);
        assertThat(link.chunks()).isGreaterThan(1_000); // the guest may join what has to wait
        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void giveFiveThousandSmallChunksToADaemonThatStandsStillForAWhile() throws Exception {
        String words = ImagesContract.words(5_000);
        CompletableFuture<HttpResponse<String>> answer = daemon.begin(words);
        daemon.awaitAgent("vm", "\"turns_in_flight\":1");

        daemon.process().pause();
        new CompletableFuture<>().completeOnTimeout("long enough", 3, SECONDS).join();
        daemon.process().unpause();

        assertThat(answer.join().body()).startsWith("{\"content\":\"" + words + "\",");
    }

    private void add(String id, String address) throws Exception {
        HttpResponse<String> answer =
                daemon.put("/api/v1/agents/" + id, "{\"address\":\"" + address + "\"}");
        assertThat(answer.statusCode()).isEqualTo(201);
    }

    private String timedPing(TestReporter reporter, String id) throws Exception {
        long start = System.nanoTime();
        HttpResponse<String> answer = daemon.post("/api/v1/agents/" + id + "/ping", "");
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        reporter.publishEntry(id + ": told within " + took.toMillis() + " ms");
        assertThat(answer.statusCode()).isEqualTo(502);
        return answer.body();
    }
}
