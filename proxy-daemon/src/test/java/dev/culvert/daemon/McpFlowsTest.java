package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.client.value.Value;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Flows and SSH tunnels as tools of {@code POST /mcp}. */
@Timeout(60)
class McpFlowsTest {
    @TempDir Path folder;
    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        Path flows = Files.createDirectory(folder.resolve("flows"));
        Files.writeString(
                flows.resolve("release.jsonc"),
                """
                {"name": "release", "inputs": {"version": {"type": "string"}},
                 "steps": {"ask": {"approve": {"question": "Send ${inputs.version} out?"}, "timeout": "1h"},
                           "send": {"wait": {"for": "1ms"}, "needs": ["ask"]}},
                 "outputs": {"by": "${steps.ask.decided_by}", "why": "${steps.ask.reason}"}}
                """);
        daemon =
                TestDaemon.start(
                        "{\"flows_dir\": \"%s\", \"state_dir\": \"%s\"}"
                                .formatted(flows, folder.resolve("state")));
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    /** The whole answer to a call, by a client whose user can fill in forms. */
    private String call(String tool, String arguments, String more) {
        String body =
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\",\"arguments\":%s,%s\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{\"elicitation\":{}}}}}"
                        .formatted(tool, arguments, more);
        try {
            return daemon.send(
                            "POST",
                            "/mcp",
                            body,
                            "accept",
                            "application/json, text/event-stream",
                            "content-type",
                            "application/json",
                            "mcp-protocol-version",
                            "2026-07-28",
                            "mcp-method",
                            "tools/call",
                            "mcp-name",
                            tool)
                    .body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What the operation answered, as the model reads it. */
    private Value called(String tool, String arguments) {
        String answer = call(tool, arguments, "");
        try {
            Value result = Value.parse(answer).at("result");
            assertThat(result.text("isError")).as(answer).isEqualTo("false");
            return Value.parse(result.at("content").list().getFirst().text("text"));
        } catch (IOException e) {
            throw new AssertionError(answer, e);
        }
    }

    private Value awaitRun(String id, String state) {
        Value[] last = new Value[1];
        Eventually.await(() -> {
            last[0] = called("flow_show", "{\"run\":\"" + id + "\"}");
            assertThat(last[0].text("state")).isEqualTo(state);
        });
        return last[0];
    }

    @Test
    void aModelRunsAFlowAndReadsWhatCameOfItWhenSomebodyHasApproved() {
        assertThat(called("flows_list", "{}").json()).contains("\"name\":\"release\"");
        String id =
                called("flow_run", "{\"flow\":\"release\",\"inputs\":{\"version\":\"2.1\"}}")
                        .text("id");
        Value[] asked = new Value[1];
        Eventually.await(() -> {
            asked[0] = called("approvals_list", "{\"state\":\"pending\"}");
            assertThat(asked[0].at("approvals").list()).hasSize(1);
        });
        Value approval = asked[0].at("approvals").list().getFirst();
        assertThat(approval.json()).contains("Send 2.1 out?", "\"turn\":\"" + id + "\"");
        assertThat(awaitRun(id, "running").json())
                .contains("\"step\":\"ask\",\"state\":\"started\"", "\"needs\":[\"ask\"]");

        called(
                "approvals_decide",
                "{\"approval\":\"%s\",\"decision\":\"allow\",\"reason\":\"it is tested\"}"
                        .formatted(approval.text("id")));

        assertThat(awaitRun(id, "done").at("outputs").json())
                .isEqualTo("{\"by\":\"anybody\",\"why\":\"it is tested\"}");
        assertThat(called("flow_list", "{\"state\":\"done\"}").json()).contains(id);
        assertThat(call("flow_cancel", "{\"run\":\"" + id + "\"}", ""))
                .contains("\"isError\":true", "has ended already: it is done");
    }

    @Test
    void aMistakeInAFlowIsToldToTheModel() {
        assertThat(call("flow_run", "{\"flow\":\"releese\"}", ""))
                .contains("\"isError\":true", "did you mean release?");
        assertThat(call("flow_run", "{\"flow\":\"release\",\"inputs\":{}}", ""))
                .contains("\"isError\":true", "version");
    }

    @Test
    void aModelAddsATunnelSeesWhatItFailsAtAndRemovesItWhenTheUserAgrees() {
        called(
                "tunnel_add",
                "{\"name\":\"db\",\"host\":\"127.0.0.1\",\"port\":1,\"to\":\"db.internal:5432\",\"start\":false}");
        assertThat(called("tunnel_status", "{\"tunnel\":\"db\"}").text("state")).isEqualTo("down");

        call("tunnel_start", "{\"tunnel\":\"db\",\"wait\":\"1ms\"}", "");

        Eventually.await(() ->
                assertThat(called("tunnel_status", "{\"tunnel\":\"db\"}").text("trouble"))
                        .isNotEmpty());
        assertThat(called("tunnel_stop", "{\"tunnel\":\"db\"}").text("state")).isEqualTo("down");
        assertThat(call("tunnel_remove", "{\"tunnel\":\"db\"}", ""))
                .contains("\"resultType\":\"input_required\"", "elicitation/create");
        assertThat(called("tunnel_list", "{}").at("tunnels").list()).hasSize(1);
        String yes =
                "\"inputResponses\":{\"confirm\":{\"action\":\"accept\",\"content\":{\"confirm\":true}}},";
        assertThat(call("tunnel_remove", "{\"tunnel\":\"db\"}", yes)).contains("\"isError\":false");
        assertThat(called("tunnel_list", "{}").at("tunnels").list()).isEmpty();
    }
}
