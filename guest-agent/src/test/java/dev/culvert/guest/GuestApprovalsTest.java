package dev.culvert.guest;

import static dev.culvert.guest.runtime.ScriptedRuntime.chunk;
import static dev.culvert.guest.runtime.ScriptedRuntime.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.audit.AuditLog;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.guest.runtime.ScriptedRuntime;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.testing.Eventually;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The whole guest, whose policy asks before it writes, over TCP. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class GuestApprovalsTest {
    private static final String APPEND = "{\"path\":\"out.txt\",\"content\":\"once\"}";
    private static final String ASKS =
            """
            {"rules": [{"name": "reading", "decision": "allow", "tools": ["read_file", "list_dir"]},
                       {"name": "writing", "decision": "ask", "tools": ["write_file"]},
                       {"name": "making", "decision": "ask", "tools": ["run_command"], "command": ["mkdir"]}]}
            """;

    @TempDir private Path directory;
    private Path work;
    private Path policy;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void makeTheDirectories() throws IOException {
        work = Files.createDirectory(directory.resolve("work"));
        policy = Files.writeString(directory.resolve("policy.jsonc"), ASKS);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable it : open.reversed()) {
            it.close();
        }
    }

    private ScriptedRuntime runtime(ScriptedRuntime.Script first, ScriptedRuntime.Script... more)
            throws IOException {
        ScriptedRuntime runtime = new ScriptedRuntime(first, more);
        open.add(runtime);
        return runtime;
    }

    private static ScriptedRuntime.Script calls(String... calls) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < calls.length; i++) {
            all.append(i == 0 ? "" : ",").append("{\"index\":").append(i).append(',');
            all.append(calls[i]).append('}');
        }
        return stream(chunk("{\"tool_calls\":[" + all + "]}", null), chunk("{}", "tool_calls"));
    }

    private static String call(String id, String name, String arguments) {
        return "\"id\":\"%s\",\"type\":\"function\",\"function\":{\"name\":\"%s\",\"arguments\":\"%s\"}"
                .formatted(id, name, arguments.replace("\"", "\\\""));
    }

    private static ScriptedRuntime.Script writes() {
        return calls(call("c1", "write_file", APPEND));
    }

    private static ScriptedRuntime.Script answer(String text) {
        return stream(chunk(text), chunk("{}", "stop"));
    }

    private Guest guest(ScriptedRuntime runtime, String more) throws Exception {
        String settings =
                """
                {"listen": "tcp://127.0.0.1:0", "runtime": "%s", "drain": "0s", "tools_dir": "%s",
                 "tools_policy": "%s", "tool_commands": "confined", "state_dir": "%s"%s}
                """
                        .formatted(runtime.base(), work, policy, directory.resolve("state"), more);
        Guest guest =
                Guest.start(
                        Settings.read(List.of(Layer.text("test", settings)), GuestSettings::read)
                                .value(),
                        Systemd.of(Map.of()));
        open.add(guest);
        return guest;
    }

    private BaseHost host(Guest guest) throws IOException {
        return host(((AgentAddress.Tcp) guest.address()).port());
    }

    /** A host that takes approvals. */
    private BaseHost host(int port) throws IOException {
        BaseHost host = new BaseHost(port);
        open.add(host);
        host.send("ping", "p0", "{\"tools\":true,\"approvals\":true}");
        assertThat(host.nextAnswer()).contains("\"pong\"");
        return host;
    }

    private void stop(Guest guest) {
        guest.close();
        open.remove(guest);
    }

    private static String heartbeat(Guest guest) throws IOException {
        try (BaseHost host = new BaseHost(((AgentAddress.Tcp) guest.address()).port())) {
            return host.next();
        }
    }

    private static String instance(Guest guest) throws IOException {
        return member(heartbeat(guest), "instance");
    }

    private static String member(String frame, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(frame);
        assertThat(matcher.find()).as("%s of %s", name, frame).isTrue();
        return matcher.group(1);
    }

    /** Says hello, and reads until the call waits; returns the {@code approve}. */
    private static String park(BaseHost host) throws IOException {
        host.say("m1", "write it");
        assertThat(host.nextAnswer()).contains("\"type\":\"tool_call\"", "\"seq\":1");
        String approval = host.nextAnswer();
        assertThat(approval).contains("\"type\":\"approval\"", "\"seq\":2", "\"id\":\"m1\"");
        String approve = host.nextAnswer();
        assertThat(approve).contains("\"type\":\"approve\"", "\"turn\":\"m1\"");
        assertThat(member(approve, "approval_id")).isEqualTo(member(approval, "approval_id"));
        return approve;
    }

    private static void decide(BaseHost host, String approve, String decision) throws IOException {
        host.send(
                "approved",
                member(approve, "id"),
                "{\"approval_id\":\"%s\",\"decision\":\"%s\",\"reason\":\"as I like\",\"by\":\"ada\",\"digest\":\"%s\",\"policy\":\"%s\"}"
                        .formatted(
                                member(approve, "approval_id"),
                                decision,
                                member(approve, "digest"),
                                member(approve, "policy")));
    }

    private static void accept(BaseHost host, String claim) throws IOException {
        assertThat(claim).contains("\"type\":\"claim\"");
        host.send(
                "claimed",
                member(claim, "id"),
                "{\"approval_id\":\"" + member(claim, "approval_id") + "\"}");
    }

    private List<String> audit() throws IOException {
        return Files.readAllLines(directory.resolve("state/audit/audit.log"));
    }

    /** The files of calls that wait. */
    private List<String> kept() {
        String[] names = directory.resolve("state/approvals").toFile().list();
        return Arrays.stream(Objects.requireNonNull(names))
                .filter(it -> it.startsWith("ap_"))
                .toList();
    }

    @Test
    void aCallThatIsAllowedRunsOnceAndTheTurnGoesOn() throws Exception {
        Guest guest = guest(runtime(writes(), answer("written")), "");
        BaseHost host = host(guest);
        String approve = park(host);
        assertThat(approve)
                .contains(
                        "\"tool_name\":\"write_file\"",
                        "\"arguments\":" + APPEND,
                        "\"rule\":\"writing\"",
                        "\"call_id\":\"c1\"");
        assertThat(work.resolve("out.txt")).doesNotExist();

        decide(host, approve, "allow");
        String claim = host.nextAnswer();
        assertThat(work.resolve("out.txt")).doesNotExist();
        accept(host, claim);
        List<String> frames = host.turn("m1");

        assertThat(frames.getFirst())
                .contains("\"type\":\"tool_result\"", "\"seq\":3", "\"ok\":true");
        assertThat(BaseHost.content(frames)).isEqualTo("written");
        assertThat(work.resolve("out.txt")).hasContent("once");
        assertThat(audit().getFirst()).contains("\"outcome\":\"ask\"", "\"rule\":\"writing\"");
        assertThat(audit().getLast())
                .contains(
                        "\"who\":\"ada\"",
                        "\"outcome\":\"allow\"",
                        "\"turn\":\"m1\"",
                        member(approve, "digest"))
                .containsPattern("\"waited_ms\":\\d+");
        Eventually.await(() -> assertThat(kept()).isEmpty());
    }

    @Test
    void theDigestIsThatOfTheArgumentsAsTheyAreSent() throws Exception {
        String odd = " {\"path\":\"a\\\\u0062.txt\",\"content\": \"\\ud800x\"} ";
        BaseHost host = host(guest(runtime(calls(call("c1", "write_file", odd)), answer("x")), ""));

        String approve = park(host);

        Matcher arguments = Pattern.compile("\"arguments\":(\\{.*\\}),\"digest\"").matcher(approve);
        assertThat(arguments.find()).isTrue();
        assertThat(member(approve, "digest")).isEqualTo(AuditLog.digest(arguments.group(1)));
    }

    @Test
    void aCallThatIsDeniedDoesNotRunAndTheModelIsToldByWhom() throws Exception {
        ScriptedRuntime runtime = runtime(writes(), answer("sorry"));
        BaseHost host = host(guest(runtime, ""));
        String approve = park(host);

        decide(host, approve, "deny");
        List<String> frames = host.turn("m1");

        assertThat(frames.getFirst())
                .contains("\"ok\":false", "ada denied it: as I like", "\"seq\":3");
        assertThat(work.resolve("out.txt")).doesNotExist();
        runtime.request();
        assertThat(runtime.request().body()).contains("ada denied it: as I like");
        assertThat(audit().getLast()).contains("\"outcome\":\"deny\"", "\"who\":\"ada\"");
    }

    @Test
    void aCallAboutWhichNobodyDecidesIsDenied() throws Exception {
        BaseHost host =
                host(guest(runtime(writes(), answer("sorry")), ", \"approval_timeout\": \"1s\""));
        String approve = park(host);

        List<String> frames = new ArrayList<>();
        do {
            frames.add(host.nextAnswer());
        } while (!BaseHost.isLast(frames.getLast()) || frames.getLast().contains("withdraw"));

        assertThat(frames)
                .anySatisfy(it ->
                        assertThat(it)
                                .contains("\"type\":\"withdraw\"", member(approve, "approval_id")))
                .anySatisfy(it -> assertThat(it).contains("\"ok\":false", "--approval-timeout"));
        assertThat(audit().getLast()).contains("\"outcome\":\"expired\"");
    }

    @Test
    void aPolicyThatHasChangedAllowsNothingMore() throws Exception {
        BaseHost host = host(guest(runtime(writes(), answer("sorry")), ""));
        String approve = park(host);
        host.send(
                "config_update",
                "u1",
                "{\"config\":{},\"tool_allowlist\":[],\"tools\":{\"policy\":{\"rules\":[{\"decision\":\"ask\",\"tools\":[\"*\"]}]}}}");
        assertThat(host.nextAnswer()).contains("\"applied\":true");

        decide(host, approve, "allow");
        List<String> frames = host.turn("m1");

        assertThat(frames.getFirst())
                .contains("\"ok\":false", "ada allowed it, but the policy has changed");
        assertThat(work.resolve("out.txt")).doesNotExist();
        assertThat(audit().getLast()).contains("\"outcome\":\"refused\"", "\"who\":\"ada\"");
    }

    @Test
    void aPolicyThatChangesWhileTheHostWritesDownTheClaimAllowsNothingMore() throws Exception {
        BaseHost host = host(guest(runtime(writes(), answer("sorry")), ""));
        decide(host, park(host), "allow");
        String claim = host.nextAnswer();
        host.send(
                "config_update",
                "u1",
                "{\"config\":{},\"tool_allowlist\":[],\"tools\":{\"policy\":{\"rules\":[{\"decision\":\"deny\",\"tools\":[\"*\"]}]}}}");
        assertThat(host.nextAnswer()).contains("\"applied\":true");

        accept(host, claim);
        List<String> frames = host.turn("m1");

        assertThat(frames.getFirst())
                .contains("\"ok\":false", "ada allowed it, but the policy has changed");
        assertThat(work.resolve("out.txt")).doesNotExist();
    }

    @Test
    void nobodyHasToReadATurnThatWaits() throws Exception {
        Guest guest = guest(runtime(writes(), answer("written")), ", \"orphan_grace\": \"0s\"");
        BaseHost first = host(guest);
        String approve = park(first);
        first.close();
        BaseHost second = host(guest);
        String again = second.nextAnswer();
        assertThat(member(again, "approval_id")).isEqualTo(member(approve, "approval_id"));

        decide(second, again, "allow");
        accept(second, second.nextAnswer());
        Eventually.await(() -> assertThat(work.resolve("out.txt")).exists());
        second.send("resume", "m1", "{\"after\":2}");
        List<String> frames = second.turn("m1");
        if (frames.getFirst().contains("\"type\":\"approval\"")) {
            frames.removeFirst(); // the result was not told yet
        }

        assertThat(frames.getFirst()).contains("\"seq\":3", "\"ok\":true");
        assertThat(BaseHost.content(frames)).isEqualTo("written");
    }

    @Test
    void whoComesBackIsToldOnceMoreThatTheTurnWaits() throws Exception {
        Guest guest = guest(runtime(writes(), answer("written")), "");
        park(host(guest));
        BaseHost second = host(guest);
        assertThat(second.nextAnswer()).contains("\"type\":\"approve\"");

        second.send("resume", "m1", "{\"after\":2}");

        assertThat(second.nextAnswer()).contains("\"type\":\"approval\"", "\"seq\":2");
    }

    @Test
    void aTurnThatWaitsCanBeCancelled() throws Exception {
        BaseHost host = host(guest(runtime(writes(), answer("never")), ""));
        String approve = park(host);

        host.send("cancel", "m1", "{}");
        List<String> frames = List.of(host.nextAnswer(), host.nextAnswer());

        assertThat(frames)
                .anySatisfy(it -> assertThat(it).contains("\"code\":\"cancelled\"", "\"seq\":3"))
                .anySatisfy(it ->
                        assertThat(it)
                                .contains("\"type\":\"withdraw\"", member(approve, "approval_id")));
        decide(host, approve, "allow");
        host.send("ping", "p1", "{}");
        assertThat(host.nextAnswer()).contains("\"pong\"");
        Eventually.await(() -> assertThat(kept()).isEmpty());
        assertThat(work.resolve("out.txt")).doesNotExist();
    }

    @Test
    void anApprovalThatAnotherCopyHasUsedRunsNothing() throws Exception {
        BaseHost host = host(guest(runtime(writes(), answer("sorry")), ""));
        decide(host, park(host), "allow");
        String claim = host.nextAnswer();

        host.send(
                "error",
                member(claim, "id"),
                "{\"code\":\"approval_used\",\"message\":\"another claim has used it\"}");
        List<String> frames = host.turn("m1");

        assertThat(frames.getFirst()).contains("\"ok\":false", "another claim has used it");
        assertThat(work.resolve("out.txt")).doesNotExist();
    }

    @Test
    void aClaimThatMayBeThatOfACopyIsNotKnownToBeDone() throws Exception {
        BaseHost host = host(guest(runtime(writes(), answer("sorry")), ""));
        decide(host, park(host), "allow");
        String claim = host.nextAnswer();

        host.send(
                "error",
                member(claim, "id"),
                "{\"code\":\"approval_unknown\",\"message\":\"claimed over an earlier link\"}");
        List<String> frames = host.turn("m1");

        assertThat(frames.getFirst())
                .contains("\"ok\":false", "it is not known whether it was done");
        assertThat(work.resolve("out.txt")).doesNotExist();
    }

    @Test
    void eachOfSeveralCallsIsAskedAboutInItsTurn() throws Exception {
        Guest guest =
                guest(
                        runtime(
                                calls(
                                        call("c1", "write_file", APPEND),
                                        call("c2", "list_dir", "{}"),
                                        call(
                                                "c3",
                                                "run_command",
                                                "{\"argv\":[\"mkdir\",\"made\"]}")),
                                answer("done")),
                        "");
        BaseHost host = host(guest);
        decide(host, park(host), "allow");
        accept(host, host.nextAnswer());
        assertThat(host.nextAnswer()).contains("\"call_id\":\"c1\"", "\"ok\":true");
        assertThat(host.nextAnswer()).contains("\"type\":\"tool_call\"", "\"call_id\":\"c2\"");
        assertThat(host.nextAnswer()).contains("\"call_id\":\"c2\"", "out.txt");
        assertThat(host.nextAnswer()).contains("\"type\":\"tool_call\"", "\"call_id\":\"c3\"");
        assertThat(host.nextAnswer()).contains("\"type\":\"approval\"", "\"call_id\":\"c3\"");
        decide(host, host.nextAnswer(), "allow");
        accept(host, host.nextAnswer());

        List<String> frames = host.turn("m1");

        assertThat(frames.getFirst()).contains("\"call_id\":\"c3\"", "[exit status 0]");
        assertThat(work.resolve("made")).isDirectory();
        assertThat(BaseHost.content(frames)).isEqualTo("done");
    }

    @Test
    void whereNobodyCanApproveTheCallIsRefusedInWords() throws Exception {
        Guest guest = guest(runtime(writes(), answer("sorry")), "");
        BaseHost host = new BaseHost(((AgentAddress.Tcp) guest.address()).port());
        open.add(host);
        host.send("ping", "p0", "{\"tools\":true}");
        assertThat(host.nextAnswer()).contains("\"pong\"");
        host.say("m1", "write it");

        assertThat(host.turn("m1").get(1))
                .contains("\"type\":\"tool_result\"", "\"ok\":false", "needs an approval");
    }

    @Test
    void aPolicyOfTheHostThatAsksByNameParksTheCallToo() throws Exception {
        Files.writeString(policy, "{\"rules\": [{\"decision\": \"allow\", \"tools\": [\"*\"]}]}");
        BaseHost host = host(guest(runtime(writes(), answer("written")), ""));
        host.send(
                "config_update",
                "u1",
                "{\"config\":{},\"tool_allowlist\":[],\"tools\":{\"policy\":{\"rules\":[{\"decision\":\"ask\",\"tools\":[\"*\"]}]}}}");
        assertThat(host.nextAnswer()).contains("\"applied\":true");

        decide(host, park(host), "allow");
        accept(host, host.nextAnswer());

        assertThat(host.turn("m1").getFirst()).contains("\"ok\":true");
    }

    @Test
    void nothingBeginsWhileTheGuestIsQuiesced() throws Exception {
        BaseHost host = host(guest(runtime(writes(), answer("written")), ""));
        String approve = park(host);
        host.send("quiesce", "q1", "{\"on\":true}");
        assertThat(host.nextAnswer()).contains("\"quiesced\"", "\"turns\":1");
        decide(host, approve, "allow");
        host.send("ping", "p1", "{}");
        assertThat(host.nextAnswer()).contains("\"pong\"");

        host.send("quiesce", "q2", "{\"on\":false}");
        String next = host.nextAnswer();
        String claim = next.contains("claim") ? next : host.nextAnswer();
        accept(host, claim);

        Eventually.await(() -> assertThat(work.resolve("out.txt")).hasContent("once"));
    }

    @Test
    void anApprovedCallThatWaitsForAnotherDoesNotBeginWhileTheGuestIsQuiesced() throws Exception {
        Files.writeString(
                policy,
                """
                {"rules": [{"decision": "ask", "tools": ["write_file"]},
                           {"decision": "allow", "tools": ["run_command"], "command": ["sh"], "shell": true}]}
                """);
        String waits = "{\"argv\":[\"sh\",\"-c\",\"while [ ! -e go ]; do sleep 0.05; done\"]}";
        Guest guest =
                guest(
                        runtime(
                                writes(),
                                calls(call("c2", "run_command", waits)),
                                answer("done"),
                                answer("done")),
                        ", \"max_tool_calls\": 1");
        BaseHost host = host(guest);
        String approve = park(host);
        host.say("m2", "wait");
        assertThat(host.nextAnswer()).contains("\"type\":\"tool_call\"", "\"call_id\":\"c2\"");
        decide(host, approve, "allow");
        accept(host, host.nextAnswer());
        host.send("quiesce", "q1", "{\"on\":true}");
        assertThat(host.nextAnswer()).contains("\"quiesced\"", "\"turns\":2");

        Files.createFile(work.resolve("go"));
        assertThat(host.nextAnswer()).contains("\"type\":\"tool_result\"", "\"call_id\":\"c2\"");
        host.send("ping", "p1", "{}");
        assertThat(host.nextAnswer()).contains("\"pong\"");
        assertThat(work.resolve("out.txt")).doesNotExist();
        host.send("quiesce", "q2", "{\"on\":false}");

        Eventually.await(() -> assertThat(work.resolve("out.txt")).hasContent("once"));
    }

    @Test
    void aTurnThatWaitsSurvivesAStop() throws Exception {
        ScriptedRuntime runtime = runtime(writes(), answer("written"));
        Guest before = guest(runtime, "");
        String instance = instance(before);
        BaseHost first = host(before);
        String approve = park(first);
        stop(before);

        Guest after = guest(runtime, "");
        assertThat(instance(after)).isNotEqualTo(instance);
        assertThat(heartbeat(after)).contains("\"kept\":[\"" + instance + "\"]");
        BaseHost second = host(after);
        String again = second.nextAnswer();
        assertThat(again.replaceAll("\"id\":\"a-\\d+\"", ""))
                .isEqualTo(approve.replaceAll("\"id\":\"a-\\d+\"", ""));
        second.send("resume", "m1", "{\"after\":0}");
        assertThat(second.nextAnswer()).contains("\"type\":\"tool_call\"", "\"seq\":1");
        assertThat(second.nextAnswer()).contains("\"type\":\"approval\"", "\"seq\":2");
        decide(second, again, "allow");
        accept(second, second.nextAnswer());
        List<String> frames = second.turn("m1");

        assertThat(frames.getFirst()).contains("\"seq\":3", "\"ok\":true");
        assertThat(BaseHost.content(frames)).isEqualTo("written");
        runtime.request();
        assertThat(runtime.request().body())
                .contains("\"content\":\"write it\"", "\"tool_calls\":[{\"id\":\"c1\"");
        second.say("m1", "write it");
        assertThat(second.turn("m1")).hasSize(frames.size() + 2);
    }

    @Test
    void aCallWhoseToolIsGoneAfterAStopFailsAndThoseBehindItRun() throws Exception {
        ScriptedRuntime runtime =
                runtime(
                        calls(
                                call("c1", "write_file", APPEND),
                                call("c2", "list_dir", "{}"),
                                call("c3", "read_file", "{\"path\":\"out.txt\"}")),
                        calls(call("c4", "list_dir", "{}")),
                        answer("done"));
        Guest before = guest(runtime, "");
        String approve = park(host(before));
        stop(before);
        BaseHost host = host(guest(runtime, ""));
        String again = host.nextAnswer();
        assertThat(member(again, "approval_id")).isEqualTo(member(approve, "approval_id"));
        host.send(
                "config_update",
                "u1",
                "{\"config\":{},\"tool_allowlist\":[\"write_file\",\"read_file\"],\"tools\":{}}");
        assertThat(host.nextAnswer()).contains("\"applied\":true");

        host.send("resume", "m1", "{\"after\":2}");
        decide(host, again, "allow");
        String claim = host.nextAnswer();
        accept(host, claim.contains("claim") ? claim : host.nextAnswer());
        List<String> frames = host.turn("m1");
        frames.removeIf(it -> it.contains("\"type\":\"approval\""));

        assertThat(frames.get(0)).contains("\"call_id\":\"c1\"", "\"ok\":true");
        assertThat(frames.get(1)).contains("\"type\":\"tool_call\"", "\"call_id\":\"c2\"");
        assertThat(frames.get(2))
                .contains("\"call_id\":\"c2\"", "\"ok\":false", "the host forbids this tool now");
        assertThat(frames.get(3)).contains("\"type\":\"tool_call\"", "\"call_id\":\"c3\"");
        assertThat(frames.get(4)).contains("\"call_id\":\"c3\"", "\"result\":\"once\"");
        assertThat(frames.get(5)).contains("\"type\":\"tool_call\"", "\"call_id\":\"c4\"");
        assertThat(frames.get(6)).contains("\"call_id\":\"c4\"", "\"ok\":false");
        assertThat(BaseHost.content(frames)).isEqualTo("done");
        runtime.request();
        assertThat(runtime.request().body())
                .contains("\"tool_call_id\":\"c1\"", "\"tool_call_id\":\"c2\"")
                .contains("\"tool_call_id\":\"c3\"");
        assertThat(audit())
                .anySatisfy(it ->
                        assertThat(it)
                                .contains("\"tool\":\"list_dir\"", "\"outcome\":\"refused\""));
    }

    @Test
    void anAnthropicRuntimeIsAskedOnInItsFormAfterAStop() throws Exception {
        ScriptedRuntime runtime =
                runtime(
                        ScriptedRuntime.messages(
                                ScriptedRuntime.messageStart(),
                                "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}",
                                "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}}",
                                "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"sig\"}}",
                                "{\"type\":\"content_block_stop\",\"index\":0}",
                                "{\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"write_file\",\"input\":{}}}",
                                "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"%s\"}}"
                                        .formatted(APPEND.replace("\"", "\\\"")),
                                "{\"type\":\"content_block_stop\",\"index\":1}",
                                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":2}}",
                                "{\"type\":\"message_stop\"}"),
                        ScriptedRuntime.messages(ScriptedRuntime.message("written")));
        String anthropic = ", \"runtime_kind\": \"anthropic\"";
        Guest before = guest(runtime, anthropic);
        BaseHost first = host(before);
        first.send(
                "message",
                "m1",
                "{\"dialect\":\"anthropic\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        String approve = first.nextAnswer();
        while (!approve.contains("\"type\":\"approve\"")) {
            approve = first.nextAnswer();
        }
        stop(before);

        BaseHost second = host(guest(runtime, anthropic));
        decide(second, second.nextAnswer(), "allow");
        accept(second, second.nextAnswer());
        runtime.request();

        assertThat(runtime.request().body())
                .contains(
                        "{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"sig\"}",
                        "{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"write_file\"",
                        "{\"type\":\"tool_result\",\"tool_use_id\":\"c1\"");
        assertThat(work.resolve("out.txt")).hasContent("once");
    }
}
