package dev.culvert.guest;

import static dev.culvert.guest.GuestToolsTest.answer;
import static dev.culvert.guest.GuestToolsTest.call;
import static dev.culvert.guest.GuestToolsTest.calls;
import static dev.culvert.guest.GuestToolsTest.host;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.guest.runtime.ScriptedRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The policies of a guest's tools: its own, and those above it. */
class GuestPoliciesTest {
    @TempDir private Path directory;
    private Path work;

    @BeforeEach
    void makeTheDirectoryOfTheTools() throws IOException {
        work = Files.createDirectory(directory.resolve("work"));
        Files.writeString(work.resolve("notes.txt"), "one\ntwo\n");
    }

    private Guest guest(ScriptedRuntime runtime, String more) throws Exception {
        return GuestToolsTest.guest(work, runtime, more);
    }

    @Test
    void thePoliciesAboveTheAgentOnlyNarrow() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(
                                        call(
                                                "c1",
                                                "write_file",
                                                "{\"path\":\"a\",\"content\":\"x\"}"),
                                        call(
                                                "c2",
                                                "write_file",
                                                "{\"path\":\"b\",\"content\":\"x\"}"),
                                        call(
                                                "c3",
                                                "write_file",
                                                "{\"path\":\"c\",\"content\":\"x\"}"),
                                        call(
                                                "c4",
                                                "write_file",
                                                "{\"path\":\"d\",\"content\":\"x\"}")),
                                answer("done"));
                Guest guest = guest(runtime, "");
                BaseHost host = host(guest)) {
            host.send(
                    "config_update",
                    "u1",
                    "{\"policies\":[{\"level\":\"host\",\"policy\":"
                            + writing("a", "b", "c")
                            + "},{\"level\":\"tenant\",\"policy\":"
                            + writing("a", "b", "d")
                            + "}],\"config\":{},\"tool_allowlist\":[],\"tools\":{\"policy\":"
                            + writing("a", "c", "d")
                            + "}}");
            assertThat(host.nextAnswer()).contains("\"applied\":true,\"policy\":\"sha256:");
            host.say("m1", "write");

            List<String> frames = host.turn("m1");

            assertThat(frames.get(1)).contains("\"call_id\":\"c1\"", "\"ok\":true");
            assertThat(frames.get(3)).contains("\"ok\":false", "no rule of tools.policy");
            assertThat(frames.get(5)).contains("\"ok\":false", "no rule of policy of the tenant");
            assertThat(frames.get(7)).contains("\"ok\":false", "no rule of policy of the host");
            assertThat(work.resolve("a")).exists();
            assertThat(work.resolve("b")).doesNotExist();
        }
    }

    private static String writing(String... paths) {
        return "{\"rules\":[{\"decision\":\"allow\",\"tools\":[\"write_file\"],\"allowed_paths\":[\""
                + String.join("\",\"", paths)
                + "\"]}]}";
    }

    @Test
    void anAgentOnlyReadsWhereThePoliciesAboveItOnlyForbid() throws Exception {
        try (ScriptedRuntime runtime =
                        new ScriptedRuntime(
                                calls(
                                        call("c1", "read_file", "{\"path\":\"notes.txt\"}"),
                                        call(
                                                "c2",
                                                "write_file",
                                                "{\"path\":\"a\",\"content\":\"x\"}")),
                                answer("done"));
                Guest guest = guest(runtime, "");
                BaseHost host = host(guest)) {
            host.send(
                    "config_update",
                    "u1",
                    "{\"policies\":[{\"level\":\"host\",\"policy\":{\"default\":\"allow\",\"rules\":["
                            + "{\"decision\":\"deny\",\"tools\":[\"list_dir\"]}]}}],"
                            + "\"config\":{},\"tool_allowlist\":[]}");
            assertThat(host.nextAnswer()).contains("\"applied\":true");
            host.say("m1", "write");

            List<String> frames = host.turn("m1");

            assertThat(frames.get(1)).contains("\"call_id\":\"c1\"", "\"ok\":true");
            assertThat(frames.get(3)).contains("\"ok\":false", "the built-in policy");
            assertThat(runtime.request().body()).doesNotContain("\"name\":\"list_dir\"");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7 | 'policies' must be a list",
                "[7] | an element of 'policies' must be a JSON object",
                "[{\"level\":\"user\",\"policy\":{}}] | it is host, tenant or agent",
                "[{\"level\":\"host\"}] | has no 'policy'",
                "[{\"level\":\"host\",\"policy\":{\"rules\":[{}]}}] | policy of the host:1:11:"
                        + " rules[0]: 'decision' is missing"
            })
    void anUpdateWithPoliciesThatAreWrongIsRefused(String attempt) throws Exception {
        String[] parts = attempt.split(" \\| ", -1);
        try (ScriptedRuntime runtime = new ScriptedRuntime(answer("x"));
                Guest guest = guest(runtime, "");
                BaseHost host = host(guest)) {
            host.send(
                    "config_update",
                    "u1",
                    "{\"policies\":" + parts[0] + ",\"config\":{},\"tool_allowlist\":[]}");

            assertThat(host.nextAnswer()).contains("\"code\":\"invalid_payload\"", parts[1]);
        }
    }

    @Test
    void heartbeatsTellHowToolsAreConfined() throws Exception {
        try (ScriptedRuntime runtime = new ScriptedRuntime(answer("x"));
                Guest guest = guest(runtime, "");
                BaseHost host = new BaseHost(GuestToolsTest.port(guest))) {
            assertThat(host.next())
                    .contains(
                            "\"tools\":{\"openat2\":true,\"paths\":\"openat2\",\"landlock\":",
                            "\"seccomp\":true,\"commands\":\"off\"}");
        }
    }

    @Test
    void aPolicyThatTheModelCouldChangeIsNoPolicy() throws Exception {
        Path real = Files.writeString(directory.resolve("policy.jsonc"), "{}");
        Path link = directory.resolve("link.jsonc");
        Files.createSymbolicLink(link, real);
        Path inside = Files.writeString(work.resolve("policy.jsonc"), "{}");
        Path toWork = directory.resolve("to-work");
        Files.createSymbolicLink(toWork, work);
        try (ScriptedRuntime runtime = new ScriptedRuntime(answer("x"))) {
            assertThatThrownBy(() -> guest(runtime, ", \"tools_policy\": \"" + link + "\""))
                    .hasMessageContaining("--tools-policy")
                    .hasMessageContaining("it is a symbolic link");
            for (Path file : List.of(inside, toWork.resolve("policy.jsonc"))) {
                assertThatThrownBy(() -> guest(runtime, ", \"tools_policy\": \"" + file + "\""))
                        .hasMessageContaining("where the model could change it");
            }
        }
    }
}
