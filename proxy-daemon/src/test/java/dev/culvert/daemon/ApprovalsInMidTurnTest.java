package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.culvert.audit.AuditChain.Verdict;
import dev.culvert.audit.AuditLog;
import dev.culvert.daemon.EventReader.Event;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon and an agent as processes, and a command about which somebody has to decide: whatever
 * breaks meanwhile, it runs once, and only if it was allowed.
 */
@Timeout(90)
@EnabledOnOs(OS.LINUX)
@TestInstance(Lifecycle.PER_CLASS)
class ApprovalsInMidTurnTest {
    private static final String HI = "{\"role\":\"user\",\"content\":\"go\"}";
    private static final String SCRIPT =
            "echo ran >> ran.txt; echo begun; while [ ! -e go ]; do sleep 0.05; done; echo it went";
    private static final String PATH = "/api/v1/approvals";
    private static final Pattern APPROVAL = Pattern.compile("\"(ap_[A-Za-z0-9_-]{22})\"");

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private Path folder;
    private ProcessPair pair;
    private Path ran;
    private Path go;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        folder = directory;
        pair =
                ProcessPair.start(
                        folder,
                        "{\"rules\": [{\"decision\": \"ask\", \"command\": [\"sh\"], \"shell\":"
                                + " true}]}",
                        this::answer);
        ran = pair.work().resolve("ran.txt");
        go = pair.work().resolve("go");
    }

    /* The chains hold, whoever was killed while it wrote. */
    @AfterAll
    void stop() throws Exception {
        pair.close();
        for (String of : List.of("state", "agent")) {
            assertThat(AuditLog.verify(folder.resolve(of + "/audit/audit.log"), null))
                    .isInstanceOf(Verdict.Sound.class);
        }
    }

    @BeforeEach
    void nothingRan() throws Exception {
        asked.clear();
        Files.deleteIfExists(ran);
        Files.deleteIfExists(go);
    }

    /** Calls the command first, and answers once there is its result. */
    private void answer(HttpExchange exchange) throws IOException {
        String request = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        asked.add(request);
        ProcessPair.say(
                exchange,
                request.contains("\"role\":\"tool\"")
                        ? "{\"content\":\"told\"}"
                        : "{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":"
                                + "{\"name\":\"run_command\",\"arguments\":\"{\\\"argv\\\":[\\\"sh\\\",\\\"-c\\\",\\\""
                                + SCRIPT
                                + "\\\"]}\"}}]}");
        ProcessPair.end(exchange, "stop");
    }

    /** A turn whose call waits. */
    private record Parked(EventReader client, String turn, String approval, int event) {}

    private Parked park() throws Exception {
        EventReader client = pair.stream("/api/v1/agents/a/stream", HI);
        Event event = client.next();
        while (!event.type().equals("approval")) {
            event = client.next();
        }
        Matcher approval = APPROVAL.matcher(event.data());
        assertThat(approval.find()).isTrue();
        int number = Integer.parseInt(event.id().substring(event.id().lastIndexOf(':') + 1));
        Parked parked =
                new Parked(client, client.header("x-culvert-turn"), approval.group(1), number);
        awaitState(parked, "pending");
        return parked;
    }

    private void awaitState(Parked parked, String state) {
        Eventually.await(() ->
                assertThat(pair.get(PATH + "/" + parked.approval).body())
                        .contains("\"state\":\"" + state + "\""));
    }

    private int decide(Parked parked, String decision) {
        return pair.post(PATH + "/" + parked.approval, "{\"decision\":\"" + decision + "\"}")
                .statusCode();
    }

    private void awaitRunning() {
        Eventually.await(() -> assertThat(ran).exists());
    }

    private void letGo() throws IOException {
        Files.createFile(go);
    }

    /** The rest of the turn has one result, and the command ran once. */
    private void assertRanOnce(Parked parked) {
        assertThat(pair.after(parked.turn, parked.event))
                .containsOnlyOnce("event: tool_result")
                .contains("\"ok\":true,\"result\":\"begun\\nit went\\n[exit status 0]\"")
                .containsOnlyOnce("\"told\"")
                .contains("event: done")
                .doesNotContain("event: error", "event: tool_call\n");
        assertThat(ran).hasContent("ran");
        assertThat(asked).hasSize(2);
        assertThat(asked.getLast()).containsOnlyOnce("it went\\n");
        awaitState(parked, "used");
        assertThat(decide(parked, "deny")).isEqualTo(409);
    }

    @Test
    void aClientThatLosesItsConnectionReadsOnWhatWasDecidedWithoutIt() throws Exception {
        Parked parked = park();
        parked.client.close();

        assertThat(decide(parked, "allow")).isEqualTo(200);
        letGo();

        assertRanOnce(parked);
    }

    @Test
    void aDaemonThatIsKilledBeforeAndAfterTheDecisionAndInTheCallGoesOn() throws Exception {
        Parked parked = park();
        pair.killDaemon();
        pair.startDaemon();
        awaitState(parked, "pending");
        assertThat(ran).doesNotExist();

        // Else it may be killed between noting that the agent's claim is accepted and saying so:
        // then the call does not run, for a copy of the machine may have had that answer.
        pair.signalAgent("STOP");
        assertThat(decide(parked, "allow")).isEqualTo(200);
        pair.killDaemon();
        pair.signalAgent("CONT");
        pair.startDaemon();
        assertThat(decide(parked, "deny")).isEqualTo(409);

        awaitRunning();
        pair.killDaemon();
        pair.startDaemon();
        letGo();

        assertRanOnce(parked);
    }

    @Test
    void anAgentThatIsKilledWhileItsCallWaitsRunsItInItsNextProcess() throws Exception {
        Parked parked = park();
        pair.killAgent();
        pair.startAgent();
        awaitState(parked, "pending");
        assertThat(ran).doesNotExist();

        assertThat(decide(parked, "allow")).isEqualTo(200);
        letGo();

        assertRanOnce(parked);
    }

    @Test
    void anAgentThatIsKilledWhileAllowedCommandRunsNeverRunsItAgain() throws Exception {
        Parked parked = park();
        assertThat(decide(parked, "allow")).isEqualTo(200);
        Event begun = parked.client.next();
        assertThat(begun.type()).isEqualTo("tool_output");
        pair.killAgent();
        pair.startAgent();

        assertThat(pair.after(parked.turn, parked.event))
                .containsOnlyOnce("event: tool_result")
                .contains("\"ok\":false", "does not run again")
                .containsOnlyOnce("\"told\"")
                .contains("event: done");
        assertThat(asked.getLast()).contains("not known whether it did its work");
        awaitState(parked, "used");
        assertThat(decide(parked, "allow")).isEqualTo(409);
        assertThat(ran).hasContent("ran");
    }

    @Test
    void anAgentThatIsRestoredFromASnapshotWhileItsCallWaitsAndRunsRunsItOnce() throws Exception {
        Parked parked = park();
        pair.snapshotAndRestoreAgent();
        assertThat(ran).doesNotExist();

        assertThat(decide(parked, "allow")).isEqualTo(200);
        awaitRunning();
        pair.snapshotAndRestoreAgent();
        letGo();

        assertRanOnce(parked);
    }

    /** The machine is set back to when the call waited, and somebody has allowed it since. */
    @Test
    void aMachineThatIsSetBackToBeforeTheDecisionRunsNothingAgain() throws Exception {
        Parked parked = park();
        Path snapshot = folder.resolve("snapshot");
        copy(pair.stateOfAgent().resolve("approvals"), snapshot);
        assertThat(decide(parked, "allow")).isEqualTo(200);
        letGo();
        assertRanOnce(parked);

        pair.killAgent();
        copy(snapshot, pair.stateOfAgent().resolve("approvals"));
        pair.changeGeneration();
        pair.startAgent();

        Eventually.await(() ->
                assertThat(folder.resolve("state/audit/audit.log"))
                        .content()
                        .contains("\"outcome\":\"claim_refused\""));
        Eventually.await(() -> assertThat(asked).hasSize(3));
        assertThat(asked.getLast()).contains("used already").doesNotContain("it went\\n");
        assertThat(ran).hasContent("ran");
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(from)) {
            for (Path file : files) {
                Files.copy(
                        file,
                        to.resolve(file.getFileName()),
                        StandardCopyOption.REPLACE_EXISTING,
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    @Test
    void aCallThatIsDeniedWhileItsAgentAndItsDaemonAreKilledDoesNotRun() throws Exception {
        Parked parked = park();
        pair.killAgent();
        assertThat(decide(parked, "deny")).isEqualTo(200);
        pair.killDaemon();
        pair.startAgentAndDaemon();

        assertThat(pair.after(parked.turn, parked.event))
                .containsOnlyOnce("event: tool_result")
                .contains("\"ok\":false")
                .contains("event: done");
        assertThat(ran).doesNotExist();
    }
}
