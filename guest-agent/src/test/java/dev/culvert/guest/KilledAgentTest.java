package dev.culvert.guest;

import static dev.culvert.guest.runtime.ScriptedRuntime.chunk;
import static dev.culvert.guest.runtime.ScriptedRuntime.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.audit.AuditChain;
import dev.culvert.audit.AuditLog;
import dev.culvert.guest.runtime.ScriptedRuntime;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** An agent that is a process, and is killed with {@code kill -9} while a call waits or runs. */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class KilledAgentTest {
    private static final String WRITES =
            "\"name\":\"write_file\",\"arguments\":\"{\\\"path\\\":\\\"out.txt\\\",\\\"content\\\":\\\"once\\\"}\"";
    private static final String SLEEPS =
            "\"name\":\"run_command\",\"arguments\":\"{\\\"argv\\\":[\\\"sleep\\\",\\\"87654\\\"]}\"";

    @TempDir private Path directory;
    private Path work;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void makeTheDirectories() throws IOException {
        work = Files.createDirectory(directory.resolve("work"));
        Files.writeString(
                directory.resolve("policy.jsonc"),
                """
                {"rules": [{"decision": "ask", "tools": ["write_file"]},
                           {"decision": "ask", "tools": ["run_command"], "command": ["sleep"]}]}
                """);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable it : open.reversed()) {
            it.close();
        }
    }

    private ScriptedRuntime model(String function) throws IOException {
        ScriptedRuntime runtime =
                new ScriptedRuntime(
                        stream(
                                chunk(
                                        "{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{"
                                                + function
                                                + "}}]}",
                                        null),
                                chunk("{}", "tool_calls")),
                        stream(chunk("told"), chunk("{}", "stop")));
        open.add(runtime);
        return runtime;
    }

    private ShippedAgent start(ScriptedRuntime runtime) throws IOException {
        ShippedAgent agent =
                ShippedAgent.ofClasses(
                        "--listen",
                        "tcp://127.0.0.1:0",
                        "--runtime",
                        runtime.base().toString(),
                        "--tools-dir",
                        work.toString(),
                        "--tools-policy",
                        directory.resolve("policy.jsonc").toString(),
                        "--tool-commands",
                        "unconfined",
                        "--state-dir",
                        directory.resolve("state").toString());
        open.add(agent);
        return agent;
    }

    private BaseHost host(int port) throws IOException {
        BaseHost host = new BaseHost(port);
        open.add(host);
        host.send("ping", "p0", "{\"tools\":true,\"approvals\":true}");
        assertThat(host.nextAnswer()).contains("\"pong\"");
        return host;
    }

    private static String member(String frame, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(frame);
        assertThat(matcher.find()).as("%s of %s", name, frame).isTrue();
        return matcher.group(1);
    }

    private static String park(BaseHost host) throws IOException {
        host.say("m1", "do it");
        assertThat(host.nextAnswer()).contains("\"type\":\"tool_call\"");
        assertThat(host.nextAnswer()).contains("\"type\":\"approval\"");
        return host.nextAnswer();
    }

    private static String allow(BaseHost host, String approve) throws IOException {
        host.send(
                "approved",
                member(approve, "id"),
                "{\"approval_id\":\"%s\",\"decision\":\"allow\",\"by\":\"ada\",\"digest\":\"%s\",\"policy\":\"%s\"}"
                        .formatted(
                                member(approve, "approval_id"),
                                member(approve, "digest"),
                                member(approve, "policy")));
        return host.nextAnswer();
    }

    private static void accept(BaseHost host, String claim) throws IOException {
        host.send(
                "claimed",
                member(claim, "id"),
                "{\"approval_id\":\"" + member(claim, "approval_id") + "\"}");
    }

    @Test
    void whatWaitsGoesOnInTheNextProcess() throws Exception {
        ScriptedRuntime runtime = model(WRITES);
        ShippedAgent killed = start(runtime);
        String approve = park(host(killed.port()));
        killed.signal("KILL");

        int port = start(runtime).port();
        try (BaseHost looks = new BaseHost(port)) {
            assertThat(looks.next()).contains("\"kept\":[\"");
        }
        BaseHost host = host(port);
        String again = host.nextAnswer();
        assertThat(member(again, "approval_id")).isEqualTo(member(approve, "approval_id"));
        String claim = allow(host, again);
        accept(host, claim);
        host.send("resume", "m1", "{\"after\":2}");
        String first = host.nextAnswer();
        List<String> frames = new ArrayList<>();
        if (!first.contains("\"type\":\"approval\"")) { // the call may be over already
            frames.add(first);
        }
        while (frames.isEmpty() || !BaseHost.isLast(frames.getLast())) {
            frames.add(host.nextAnswer());
        }

        assertThat(frames.getFirst()).contains("\"seq\":3", "\"ok\":true");
        assertThat(BaseHost.content(frames)).isEqualTo("told");
        assertThat(work.resolve("out.txt")).hasContent("once");
        Path audit = directory.resolve("state/audit/audit.log");
        assertThat(Files.readAllLines(audit).getLast())
                .contains("\"who\":\"ada\"", "\"outcome\":\"allow\"");
        assertThat(AuditLog.verify(audit, null)).isInstanceOf(AuditChain.Verdict.Sound.class);
    }

    @Test
    void aClaimWhoseAnswerWasLostIsMadeAgainAsItWas() throws Exception {
        ScriptedRuntime runtime = model(WRITES);
        ShippedAgent killed = start(runtime);
        BaseHost lost = host(killed.port());
        String claim = allow(lost, park(lost));
        assertThat(claim).contains("\"type\":\"claim\"");
        killed.signal("KILL");

        BaseHost host = host(start(runtime).port());
        String again = host.nextAnswer();

        assertThat(again).contains("\"type\":\"claim\"");
        assertThat(member(again, "claim")).isEqualTo(member(claim, "claim"));
        accept(host, again);
        Eventually.await(() -> assertThat(work.resolve("out.txt")).hasContent("once"));
    }

    @Test
    void whatHadBegunNeverRunsAgain() throws Exception {
        ScriptedRuntime runtime = model(SLEEPS);
        ShippedAgent killed = start(runtime);
        BaseHost lost = host(killed.port());
        accept(lost, allow(lost, park(lost)));
        Eventually.await(() -> assertThat(sleepers()).isNotEmpty());
        List<ProcessHandle> left = sleepers();
        killed.signal("KILL");
        left.forEach(ProcessHandle::destroyForcibly);

        BaseHost host = host(start(runtime).port());
        runtime.request();

        assertThat(runtime.request().body()).contains("not known whether it did its work");
        assertThat(sleepers()).isEmpty();
        host.send("resume", "m1", "{\"after\":2}");
        List<String> frames = host.turn("m1");
        assertThat(frames.getFirst()).contains("\"ok\":false", "does not run again");
        assertThat(BaseHost.content(frames)).isEqualTo("told");
        assertThat(Files.readAllLines(directory.resolve("state/audit/audit.log")).getLast())
                .contains("\"outcome\":\"unknown\"");
    }

    private static List<ProcessHandle> sleepers() {
        return ProcessHandle.allProcesses()
                .filter(it -> it.info().commandLine().orElse("").endsWith("sleep 87654"))
                .toList();
    }
}
