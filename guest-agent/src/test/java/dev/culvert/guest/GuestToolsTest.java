package dev.culvert.guest;

import static dev.culvert.guest.runtime.ScriptedRuntime.chunk;
import static dev.culvert.guest.runtime.ScriptedRuntime.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.audit.AuditChain;
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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole guest with tools of its own, over TCP. */
class GuestToolsTest {
    @TempDir private Path directory;
    private Path work;

    @BeforeEach
    void makeTheDirectoryOfTheTools() throws IOException {
        work = Files.createDirectory(directory.resolve("work"));
        Files.writeString(work.resolve("notes.txt"), "one\ntwo\n");
        Files.writeString(directory.resolve("secret.txt"), "not for tools");
    }

    @Test
    void aToolIsRunAndItsResultBringsTheAnswer() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(call("c1", "read_file", "{\"path\":\"notes.txt\"}")),
                                answer("two lines"));
                Guest guest = guest(runtime, "");
                BaseHost host = host(guest)) {
            host.say("m1", "how many lines?");

            List<String> frames = host.turn("m1");

            assertThat(BaseHost.content(frames)).isEqualTo("two lines");
            assertThat(frames.get(0))
                    .contains(
                            "\"type\":\"tool_call\"",
                            "\"seq\":1",
                            "\"call_id\":\"c1\"",
                            "\"tool_name\":\"read_file\"",
                            "\"arguments\":{\"path\":\"notes.txt\"}");
            assertThat(frames.get(1))
                    .contains(
                            "\"type\":\"tool_result\"",
                            "\"seq\":2",
                            "\"ok\":true",
                            "\"result\":\"one\\ntwo\\n\"");
            assertThat(frames).noneMatch(frame -> frame.contains("\"tool_calls\":["));
            assertThat(runtime.request().body())
                    .contains(
                            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"read_file\"");
            assertThat(runtime.request().body())
                    .contains("\"tool_calls\":[{\"id\":\"c1\"")
                    .endsWith(
                            ",{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"one\\ntwo\\n\"}]}");
        }
    }

    @Test
    void nothingOutsideOfTheDirectoryIsRead() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(call("c1", "read_file", "{\"path\":\"../secret.txt\"}")),
                                answer("sorry"));
                Guest guest = guest(runtime, "");
                BaseHost host = host(guest)) {
            host.say("m1", "read the secret");

            List<String> frames = host.turn("m1");

            assertThat(frames.get(1)).contains("\"ok\":false", "leads out of");
            assertThat(frames).noneMatch(frame -> frame.contains("not for tools"));
            runtime.request();
            assertThat(runtime.request().body()).contains("Error: ", "leads out of");
        }
    }

    @Test
    void eachDecisionIsInTheAuditLogBeforeTheToolDoesAnything() throws Exception {
        Path audit = directory.resolve("state").resolve("audit").resolve("audit.log");
        String path = "{\"path\":\"notes.txt\"}";
        String write = "{\"path\":\"new.txt\",\"content\":\"x\"}";
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(call("c1", "read_file", path)),
                                calls(call("c2", "write_file", write)),
                                answer("done"));
                Guest guest = guest(runtime, stateDir());
                BaseHost host = host(guest)) {
            host.sayFor("token:deploy", "m1", "read, then write");
            host.turn("m1");
        }
        List<String> lines = Files.readAllLines(audit);
        assertThat(lines).hasSize(2).allMatch(it -> it.contains("\"who\":\"token:deploy\""));
        assertThat(lines.getFirst())
                .contains("\"turn\":\"m1\"", "\"tool\":\"read_file\"", "\"rule\":\"reading\"")
                .contains("\"outcome\":\"allow\"", AuditLog.digest(path));
        assertThat(lines.get(1)).contains("write_file", "\"outcome\":\"deny\"");
        assertThat(AuditLog.verify(audit, null)).isInstanceOf(AuditChain.Verdict.Sound.class);
    }

    @Test
    void aCallThatIsBlockedByItsNameIsInTheAuditLogBeforeTheTurnEnds() throws Exception {
        Path audit = directory.resolve("state").resolve("audit").resolve("audit.log");
        String rules =
                "{\"rules\":[{\"name\":\"no_rm\",\"decision\":\"deny\",\"tools\":[\"rm\"]},"
                        + "{\"decision\":\"allow\",\"tools\":[\"*\"]}]}";
        try (ScriptedRuntime runtime = new ScriptedRuntime(calls(call("c1", "rm", "{}")));
                Guest guest = guest(runtime, stateDir());
                BaseHost host = host(guest)) {
            host.send(
                    "config_update",
                    "u1",
                    "{\"config\":{},\"tool_allowlist\":[],\"tools\":{\"policy\":" + rules + "}}");
            assertThat(host.nextAnswer()).contains("\"applied\":true");
            host.sayFor("token:deploy", "m1", "remove it");

            assertThat(host.turn("m1").getLast()).contains("\"type\":\"tool_blocked\"");

            List<String> lines = Files.readAllLines(audit);
            assertThat(lines).hasSize(1);
            assertThat(lines.getFirst())
                    .contains("\"who\":\"token:deploy\"", "\"turn\":\"m1\"", "\"tool\":\"rm\"")
                    .contains("\"rule\":\"no_rm\"", "\"policy\":\"sha256:")
                    .contains("\"arguments\":\"\"", "\"outcome\":\"blocked\"");
            assertThat(AuditLog.verify(audit, null)).isInstanceOf(AuditChain.Verdict.Sound.class);
        }
    }

    @Test
    void aCallWithArgumentsThatItsToolDoesNotTakeIsInTheAuditLog() throws Exception {
        Path audit = directory.resolve("state").resolve("audit").resolve("audit.log");
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(call("c1", "read_file", "{\"path\":\"../secret.txt\"}")),
                                answer("sorry"));
                Guest guest = guest(runtime, stateDir());
                BaseHost host = host(guest)) {
            host.say("m1", "read the secret");
            host.turn("m1");
        }
        assertThat(Files.readString(audit))
                .contains("\"tool\":\"read_file\"", "\"outcome\":\"refused\"")
                .contains(AuditLog.digest("{\"path\":\"../secret.txt\"}"));
    }

    @Test
    void aBlockedCallEndsTheTurnAlsoWhereTheAuditLogCannotBeWritten() throws Exception {
        Path audit = Files.createDirectories(directory.resolve("state").resolve("audit"));
        Files.createSymbolicLink(audit.resolve("audit.log"), Path.of("/dev/full"));
        try (ScriptedRuntime runtime = new ScriptedRuntime(calls(call("c1", "rm", "{}")));
                Guest guest = guest(runtime, stateDir());
                BaseHost host = host(guest)) {
            host.send("config_update", "u1", "{\"config\":{},\"tool_allowlist\":[\"list_dir\"]}");
            assertThat(host.nextAnswer()).contains("\"applied\":true");
            host.say("m1", "hi");

            assertThat(host.turn("m1").getLast()).contains("\"type\":\"tool_blocked\"");
        }
    }

    @Test
    void heartbeatsTellEachPolicyThatDecides() throws Exception {
        try (ScriptedRuntime runtime = new ScriptedRuntime(answer("hi"));
                Guest guest = guest(runtime, "")) {
            try (BaseHost host = host(guest)) {
                host.send(
                        "config_update",
                        "u1",
                        "{\"config\":{},\"tool_allowlist\":[],\"policies\":[{\"level\":\"tenant\",\"policy\":"
                                + "{\"default\":\"allow\",\"rules\":[{\"decision\":\"deny\",\"tools\":[\"rm\"]}]}}]}");
                assertThat(host.nextAnswer()).contains("\"applied\":true");
            }
            try (BaseHost host = new BaseHost(((AgentAddress.Tcp) guest.address()).port())) {
                assertThat(host.next())
                        .containsPattern(
                                "\"policies\":\\[\\{\"level\":\"built-in\",\"version\":\"sha256:[0-9a-f]{64}\"},"
                                        + "\\{\"level\":\"tenant\",\"version\":\"sha256:[0-9a-f]{64}\"}]");
            }
        }
    }

    @Test
    void withAnAuditLogThatCannotBeWrittenNothingIsDone() throws Exception {
        Path audit = Files.createDirectories(directory.resolve("state").resolve("audit"));
        Files.createSymbolicLink(audit.resolve("audit.log"), Path.of("/dev/full"));
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(call("c1", "read_file", "{\"path\":\"notes.txt\"}")),
                                answer("sorry"));
                Guest guest = guest(runtime, stateDir());
                BaseHost host = host(guest)) {
            host.say("m1", "read");

            assertThat(host.turn("m1").get(1))
                    .contains("\"ok\":false", "cannot write its audit log")
                    .doesNotContain("two");
        }
    }

    private String stateDir() {
        return ", \"state_dir\": \"" + directory.resolve("state") + "\"";
    }

    @Test
    void withoutAPolicyToolsReadAndDoNotWrite() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(
                                        call(
                                                "c1",
                                                "write_file",
                                                "{\"path\":\"new.txt\",\"content\":\"x\"}")),
                                answer("sorry"));
                Guest guest = guest(runtime, "");
                BaseHost host = host(guest)) {
            host.say("m1", "write");

            assertThat(host.turn("m1").get(1))
                    .contains("\"ok\":false", "the policy denies it: ", "the built-in policy");
            assertThat(work.resolve("new.txt")).doesNotExist();
        }
    }

    @Test
    void thePolicySaysWhatIsWritten() throws Exception {
        Path policy = directory.resolve("policy.jsonc");
        Files.writeString(
                policy,
                """
                {"rules": [{"decision": "allow", "tools": ["write_file"], "allowed_paths": ["out"]}]}
                """);
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(
                                        call(
                                                "c1",
                                                "write_file",
                                                "{\"path\":\"out/a.txt\",\"content\":\"x\"}"),
                                        call(
                                                "c2",
                                                "write_file",
                                                "{\"path\":\"notes.txt\",\"content\":\"x\"}")),
                                answer("done"));
                Guest guest = guest(runtime, ", \"tools_policy\": \"" + policy + "\"");
                BaseHost host = host(guest)) {
            host.say("m1", "write");

            List<String> frames = host.turn("m1");

            assertThat(frames.get(1)).contains("\"call_id\":\"c1\"", "\"ok\":true");
            assertThat(frames.get(3)).contains("\"call_id\":\"c2\"", "\"ok\":false");
            assertThat(work.resolve("out/a.txt")).hasContent("x");
            assertThat(work.resolve("notes.txt")).hasContent("one\ntwo\n");
        }
    }

    @Test
    void aCommandIsRunIfThePolicySaysSo() throws Exception {
        Path policy = directory.resolve("policy.jsonc");
        Files.writeString(
                policy,
                """
                {"rules": [{"decision": "allow", "tools": ["run_command"], "command": ["cat"]}]}
                """);
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(
                                        call(
                                                "c1",
                                                "run_command",
                                                "{\"argv\":[\"cat\",\"notes.txt\"]}"),
                                        call(
                                                "c2",
                                                "run_command",
                                                "{\"argv\":[\"cat\",\"../secret.txt\"]}"),
                                        call(
                                                "c3",
                                                "run_command",
                                                "{\"argv\":[\"rm\",\"notes.txt\"]}")),
                                answer("done"));
                Guest guest =
                        guest(
                                runtime,
                                ", \"tool_commands\": \"confined\", \"tools_policy\": \""
                                        + policy
                                        + "\"");
                BaseHost host = host(guest)) {
            host.say("m1", "show them");

            List<String> frames = host.turn("m1");

            assertThat(frames.get(1)).contains("\"ok\":true", "one\\ntwo\\n[exit status 0]");
            assertThat(frames.get(3)).contains("Permission denied", "[exit status 1]");
            assertThat(frames.get(5)).contains("\"ok\":false", "the policy denies it");
            assertThat(work.resolve("notes.txt")).exists();
        }
    }

    @Test
    void aCommandTellsWhatItPutsOutWhileItRuns() throws Exception {
        Path policy = directory.resolve("policy.jsonc");
        Files.writeString(
                policy,
                """
                {"rules": [{"decision": "allow", "tools": ["run_command"], "command": ["./slow"]}]}
                """);
        Path slow = work.resolve("slow");
        Files.writeString(
                slow, "#!/bin/sh\necho begun\nwhile [ ! -e go ]; do sleep 0.05; done\necho over\n");
        assertThat(slow.toFile().setExecutable(true)).isTrue();
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(call("c1", "run_command", "{\"argv\":[\"./slow\"]}")),
                                answer("done"));
                Guest guest =
                        guest(
                                runtime,
                                ", \"tool_commands\": \"confined\", \"tools_policy\": \""
                                        + policy
                                        + "\"");
                BaseHost host = host(guest)) {
            host.say("m1", "run it");
            assertThat(host.nextAnswer()).contains("\"type\":\"tool_call\"", "\"seq\":1");

            assertThat(host.nextAnswer())
                    .contains("\"type\":\"tool_output\"", "\"seq\":2")
                    .contains("\"payload\":{\"call_id\":\"c1\",\"output\":\"begun\\n\"}");
            Files.createFile(work.resolve("go"));

            assertThat(host.turn("m1"))
                    .anyMatch(frame ->
                            frame.contains("\"result\":\"begun\\nover\\n[exit status 0]\""))
                    .last()
                    .asString()
                    .contains("\"done\":true");
        }
    }

    @Test
    void aQuiesceWaitsForACallThatRunsAndNamesOneThatStillDoes() throws Exception {
        Path policy = directory.resolve("policy.jsonc");
        Files.writeString(
                policy,
                """
                {"rules": [{"decision": "allow", "tools": ["run_command"], "command": ["./slow"]}]}
                """);
        Path slow = work.resolve("slow");
        Files.writeString(
                slow, "#!/bin/sh\necho begun\nwhile [ ! -e go ]; do sleep 0.05; done\necho over\n");
        assertThat(slow.toFile().setExecutable(true)).isTrue();
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(call("c1", "run_command", "{\"argv\":[\"./slow\"]}")),
                                answer("done"));
                Guest guest =
                        guest(
                                runtime,
                                ", \"tool_commands\": \"confined\", \"tools_policy\": \""
                                        + policy
                                        + "\"");
                BaseHost host = host(guest)) {
            host.say("m1", "run it");
            awaitAnswer(host, "begun");

            host.send("quiesce", "q1", "{\"on\":true}");
            assertThat(awaitAnswer(host, "quiesced"))
                    .contains(
                            "\"on\":true,\"turns\":1,\"calls\":[{\"turn\":\"m1\",\"call_id\":\"c1\",\"tool_name\":\"run_command\"}]");
            host.send("quiesce", "q2", "{\"on\":true,\"wait_secs\":60}");
            Files.createFile(work.resolve("go"));
            assertThat(awaitAnswer(host, "quiesced"))
                    .contains("\"q2\"", "\"on\":true,\"turns\":1}");

            host.send("quiesce", "q3", "{\"on\":false}");
            assertThat(awaitAnswer(host, "\"done\":true")).contains("m1");
        }
    }

    @Test
    void aQuiesceThatWaitsIsAnsweredWhenTheQuiesceEnds() throws Exception {
        Path policy = directory.resolve("policy.jsonc");
        Files.writeString(
                policy,
                """
                {"rules": [{"decision": "allow", "tools": ["run_command"], "command": ["sleep"]}]}
                """);
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(
                                        call(
                                                "c1",
                                                "run_command",
                                                "{\"argv\":[\"sleep\",\"98764\"]}")));
                Guest guest =
                        guest(
                                runtime,
                                ", \"tool_commands\": \"confined\", \"tools_policy\": \""
                                        + policy
                                        + "\"");
                BaseHost host = host(guest)) {
            host.say("m1", "run it");
            awaitAnswer(host, "tool_call");

            host.send("quiesce", "q1", "{\"on\":true,\"wait_secs\":60}");
            host.send("quiesce", "q2", "{\"on\":false}");

            assertThat(awaitAnswer(host, "\"q2\"")).contains("\"on\":false");
            assertThat(awaitAnswer(host, "\"q1\"")).contains("\"on\":false");
        }
    }

    private static String awaitAnswer(BaseHost host, String part) throws IOException {
        String frame = host.nextAnswer();
        while (!frame.contains(part)) {
            frame = host.nextAnswer();
        }
        return frame;
    }

    @Test
    void aTurnThatLosesItsLinkIsReadOnAndRunsNothingTwice() throws Exception {
        Path policy = directory.resolve("policy.jsonc");
        Files.writeString(
                policy,
                """
                {"rules": [{"decision": "allow", "tools": ["run_command"], "command": ["mkdir"]}]}
                """);
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(call("c1", "run_command", "{\"argv\":[\"mkdir\",\"once\"]}")),
                                answer("done"));
                Guest guest =
                        guest(
                                runtime,
                                ", \"tool_commands\": \"confined\", \"tools_policy\": \""
                                        + policy
                                        + "\"")) {
            try (BaseHost lost = host(guest)) {
                lost.say("m1", "make it");
                assertThat(lost.nextAnswer()).contains("\"type\":\"tool_call\"", "\"seq\":1");
            }
            try (BaseHost host = host(guest)) {
                host.send("resume", "m1", "{\"after\":1}");

                List<String> frames = host.turn("m1");

                assertThat(frames.getFirst())
                        .contains("\"type\":\"tool_result\"", "\"seq\":2", "[exit status 0]");
                assertThat(BaseHost.content(frames)).isEqualTo("done");

                host.say("m1", "make it");
                assertThat(host.turn("m1"))
                        .hasSize(frames.size() + 1)
                        .endsWith(frames.toArray(String[]::new));
            }
            runtime.request();
            assertThat(runtime.request().body()).contains("[exit status 0]");
            assertThat(work.resolve("once")).isDirectory();
        }
    }

    @Test
    void aTurnThatIsCancelledEndsItsCommand() throws Exception {
        Path policy = directory.resolve("policy.jsonc");
        Files.writeString(
                policy,
                """
                {"rules": [{"decision": "allow", "tools": ["run_command"], "command": ["sleep"]}]}
                """);
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(
                                        call(
                                                "c1",
                                                "run_command",
                                                "{\"argv\":[\"sleep\",\"98765\"]}")));
                Guest guest =
                        guest(
                                runtime,
                                ", \"tool_commands\": \"confined\", \"tools_policy\": \""
                                        + policy
                                        + "\"");
                BaseHost host = host(guest)) {
            host.say("m1", "wait");
            assertThat(host.nextAnswer()).contains("\"type\":\"tool_call\"");
            Eventually.await(() -> assertThat(sleepers()).isPositive());

            host.send("cancel", "m1", "{}");

            assertThat(host.nextAnswer()).contains("\"code\":\"cancelled\"");
            Eventually.await(() -> assertThat(sleepers()).isZero());
        }
    }

    private static long sleepers() {
        return ProcessHandle.allProcesses()
                .filter(it -> it.info().commandLine().orElse("").endsWith("sleep 98765"))
                .count();
    }

    @Test
    void thePolicyOfTheHostCanOnlyNarrowThatOfTheAgent() throws Exception {
        Path policy = directory.resolve("policy.jsonc");
        Files.writeString(
                policy,
                """
                {"rules": [{"decision": "allow", "tools": ["write_file"], "allowed_paths": ["out"]}]}
                """);
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(
                                        call(
                                                "c1",
                                                "write_file",
                                                "{\"path\":\"out/a.txt\",\"content\":\"x\"}"),
                                        call(
                                                "c2",
                                                "write_file",
                                                "{\"path\":\"out/b.txt\",\"content\":\"x\"}"),
                                        call(
                                                "c3",
                                                "write_file",
                                                "{\"path\":\"a.txt\",\"content\":\"x\"}")),
                                answer("done"));
                Guest guest = guest(runtime, ", \"tools_policy\": \"" + policy + "\"");
                BaseHost host = host(guest)) {
            host.send(
                    "config_update",
                    "u1",
                    "{\"config\":{},\"tool_allowlist\":[],\"tools\":{\"policy\":{\"rules\":["
                            + "{\"decision\":\"allow\",\"tools\":[\"write_file\"],"
                            + "\"allowed_paths\":[\"out/a.txt\",\"a.txt\"]}]}}}");
            assertThat(host.nextAnswer()).contains("\"applied\":true");
            host.say("m1", "write");

            List<String> frames = host.turn("m1");

            assertThat(frames.get(1)).contains("\"call_id\":\"c1\"", "\"ok\":true");
            assertThat(frames.get(3)).contains("\"call_id\":\"c2\"", "\"ok\":false");
            assertThat(frames.get(5)).contains("\"call_id\":\"c3\"", "\"ok\":false");
            assertThat(work.resolve("out/a.txt")).exists();
            assertThat(work.resolve("out/b.txt")).doesNotExist();
            assertThat(work.resolve("a.txt")).doesNotExist();
        }
    }

    @Test
    void aNameThatTheClientHasTooIsTheClients() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(call("c1", "read_file", "{\"path\":\"notes.txt\"}")));
                Guest guest = guest(runtime, "");
                BaseHost host = host(guest)) {
            host.send(
                    "message",
                    "m1",
                    "{\"role\":\"user\",\"content\":\"hi\",\"tools\":[{\"type\":\"function\","
                            + "\"function\":{\"name\":\"read_file\",\"parameters\":{\"name\":\"list_dir\"}}}]}");

            List<String> frames = host.turn("m1");

            assertThat(frames.getFirst()).contains("\"type\":\"chunk\"", "\"tool_calls\":[");
            assertThat(frames.getLast()).contains("\"finish_reason\":\"tool_calls\"");
            assertThat(runtime.request().body())
                    .containsOnlyOnce("\"name\":\"read_file\"")
                    .contains("\"name\":\"list_dir\",\"description\"");
        }
    }

    @Test
    void callsOfTheAgentBesideCallsOfTheClientAreNotRun() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(
                                        call("c1", "read_file", "{\"path\":\"notes.txt\"}"),
                                        call("c2", "weather", "{\"city\":\"X\"}")));
                Guest guest = guest(runtime, "");
                BaseHost host = host(guest)) {
            host.say("m1", "hi");

            List<String> frames = host.turn("m1");

            assertThat(frames.get(1)).contains("\"ok\":false", "not run");
            assertThat(frames.get(2))
                    .contains("\"tool_calls\":[{\"index\":0,\"id\":\"c2\"", "\"name\":\"weather\"");
            assertThat(frames.getLast()).contains("\"finish_reason\":\"tool_calls\"");
        }
    }

    @Test
    void aToolOutsideTheAllowListStillEndsTheTurn() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(call("c1", "read_file", "{\"path\":\"notes.txt\"}")));
                Guest guest = guest(runtime, "");
                BaseHost host = host(guest)) {
            host.send("config_update", "u1", "{\"config\":{},\"tool_allowlist\":[\"list_dir\"]}");
            assertThat(host.nextAnswer()).contains("\"applied\":true");
            host.say("m1", "hi");

            assertThat(host.turn("m1").getLast()).contains("\"type\":\"tool_blocked\"");
            assertThat(runtime.request().body())
                    .contains("\"name\":\"list_dir\"")
                    .doesNotContain("\"name\":\"read_file\"");
        }
    }

    @Test
    void aModelThatNeverAnswersIsStoppedAfterSoManyRounds() throws Exception {
        try (ScriptedRuntime runtime = new ScriptedRuntime(calls(call("c1", "list_dir", "{}")));
                Guest guest = guest(runtime, ", \"max_tool_rounds\": 2");
                BaseHost host = host(guest)) {
            host.say("m1", "loop");

            List<String> frames = host.turn("m1");

            assertThat(frames).filteredOn(it -> it.contains("\"tool_call\"")).hasSize(2);
            assertThat(frames.getLast())
                    .contains("\"type\":\"error\"", "2 rounds", "--max-tool-rounds");
        }
    }

    @Test
    void aHostOfTheBaseProtocolGetsTheAnswerWithoutTheFramesOfTools() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(call("c1", "read_file", "{\"path\":\"notes.txt\"}")),
                                answer("two lines"));
                Guest guest = guest(runtime, "");
                BaseHost host = new BaseHost(port(guest))) {
            assertThat(host.next()).contains("\"features\":[", "\"tools\",\"approvals\"]");
            host.say("m1", "how many lines?");

            List<String> frames = host.turn("m1");

            assertThat(BaseHost.content(frames)).isEqualTo("two lines");
            assertThat(frames).allMatch(frame -> frame.contains("\"type\":\"chunk\""));
        }
    }

    @Test
    void anAnthropicRuntimeUsesTheToolsToo() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                ScriptedRuntime.messages(
                                        ScriptedRuntime.messageStart(),
                                        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"read_file\",\"input\":{}}}",
                                        "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"path\\\":\\\"notes.txt\\\"}\"}}",
                                        "{\"type\":\"content_block_stop\",\"index\":0}",
                                        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":2}}",
                                        "{\"type\":\"message_stop\"}"),
                                ScriptedRuntime.messages(ScriptedRuntime.message("two lines")));
                Guest guest = guest(runtime, ", \"runtime_kind\": \"anthropic\"");
                BaseHost host = host(guest)) {
            host.say("m1", "how many lines?");

            List<String> frames = host.turn("m1");

            assertThat(BaseHost.content(frames)).isEqualTo("two lines");
            assertThat(frames.get(1)).contains("\"ok\":true");
            assertThat(frames.getLast()).contains("\"prompt_tokens\":20,\"completion_tokens\":4");
            assertThat(runtime.request().body()).contains("\"input_schema\":{\"type\":\"object\"");
            assertThat(runtime.request().body())
                    .contains(
                            "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"read_file\",\"input\":{\"path\":\"notes.txt\"}}",
                            "{\"type\":\"tool_result\",\"tool_use_id\":\"toolu_1\"");
        }
    }

    @Test
    void aMessageInAnthropicsFormGetsItsResultsInThatForm() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                ScriptedRuntime.messages(
                                        ScriptedRuntime.messageStart(),
                                        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}",
                                        "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}}",
                                        "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"sig\"}}",
                                        "{\"type\":\"content_block_stop\",\"index\":0}",
                                        "{\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"list_dir\",\"input\":{}}}",
                                        "{\"type\":\"content_block_stop\",\"index\":1}",
                                        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":2}}",
                                        "{\"type\":\"message_stop\"}"),
                                ScriptedRuntime.messages(ScriptedRuntime.message("one file")));
                Guest guest = guest(runtime, ", \"runtime_kind\": \"anthropic\"");
                BaseHost host = host(guest)) {
            host.send(
                    "message",
                    "m1",
                    "{\"dialect\":\"anthropic\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");

            assertThat(BaseHost.content(host.turn("m1"))).isEqualTo("one file");
            runtime.request();
            assertThat(runtime.request().body())
                    .contains(
                            "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"sig\"},"
                                    + "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"list_dir\",\"input\":{}}]}",
                            "{\"type\":\"tool_result\",\"tool_use_id\":\"toolu_1\",\"content\":\"notes.txt\\u00098\\n\"}");
        }
    }

    @Test
    void aPolicyThatIsWrongKeepsTheAgentFromStarting() throws Exception {
        Path policy = Files.writeString(directory.resolve("policy.jsonc"), "{\"rules\": [{}]}");
        try (ScriptedRuntime runtime = new ScriptedRuntime(answer("x"))) {
            assertThatThrownBy(() -> guest(runtime, ", \"tools_policy\": \"" + policy + "\""))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("--tools-policy")
                    .hasMessageContaining("'decision' is missing");
        }
    }

    static ScriptedRuntime.Script calls(String... calls) {
        return stream(
                chunk("{\"tool_calls\":[" + String.join(",", numbered(calls)) + "]}", null),
                chunk("{}", "tool_calls"));
    }

    private static List<String> numbered(String... calls) {
        return java.util.stream.IntStream.range(0, calls.length)
                .mapToObj(i -> "{\"index\":" + i + "," + calls[i] + "}")
                .toList();
    }

    static String call(String id, String name, String arguments) {
        return "\"id\":\""
                + id
                + "\",\"type\":\"function\",\"function\":{\"name\":\""
                + name
                + "\",\"arguments\":\""
                + arguments.replace("\"", "\\\"")
                + "\"}";
    }

    static ScriptedRuntime.Script answer(String text) {
        return stream(chunk(text), chunk("{}", "stop"));
    }

    private Guest guest(ScriptedRuntime runtime, String more) throws Exception {
        return guest(work, runtime, more);
    }

    /**
     * A guest whose tools work in a directory.
     *
     * @param more settings, each with a comma before it
     */
    static Guest guest(Path work, ScriptedRuntime runtime, String more) throws Exception {
        String settings =
                "{\"listen\": \"tcp://127.0.0.1:0\", \"runtime\": \""
                        + runtime.base()
                        + "\", \"drain\": \"0s\", \"tools_dir\": \""
                        + work
                        + "\""
                        + more
                        + "}";
        return Guest.start(
                Settings.read(List.of(Layer.text("test", settings)), GuestSettings::read).value(),
                Systemd.of(Map.of()));
    }

    /** A host that takes the frames of tools. */
    static BaseHost host(Guest guest) throws IOException {
        BaseHost host = new BaseHost(port(guest));
        host.send("ping", "p0", "{\"tools\":true}");
        assertThat(host.nextAnswer()).contains("\"pong\"");
        return host;
    }

    static int port(Guest guest) {
        return ((AgentAddress.Tcp) guest.address()).port();
    }
}
