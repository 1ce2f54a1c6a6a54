package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import dev.culvert.value.Value;
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
        return call(tool, arguments, more, "\"elicitation\":{}");
    }

    private String call(String tool, String arguments, String more, String capabilities) {
        String body =
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\",\"arguments\":%s,%s\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{%s}}}}"
                        .formatted(tool, arguments, more, capabilities);
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

    /** What the operation answered, as the model of a client without forms reads it. */
    private Value called(String tool, String arguments) {
        return read(call(tool, arguments, "", ""));
    }

    private static Value read(String answer) {
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

    /** What somebody is asked who looks at a run. */
    private Value asked(String id) {
        Value[] last = new Value[1];
        Eventually.await(() -> {
            last[0] = result(call("flow_show", run(id), ""));
            assertThat(last[0].text("resultType")).isEqualTo("input_required");
        });
        return last[0];
    }

    private static String run(String id) {
        return "{\"run\":\"" + id + "\"}";
    }

    private static Value result(String answer) {
        try {
            return Value.parse(answer).at("result");
        } catch (IOException e) {
            throw new AssertionError(answer, e);
        }
    }

    private static String filledIn(Value asked, String form) {
        String state = asked.text("requestState");
        return "\"requestState\":\"%s\",\"inputResponses\":{\"%s\":%s},"
                .formatted(state, state.substring(state.lastIndexOf(' ') + 1), form);
    }

    @Test
    void whoeverLooksAtARunThatWaitsIsAskedInAForm() {
        String id =
                called("flow_run", "{\"flow\":\"release\",\"inputs\":{\"version\":\"2.1\"}}")
                        .text("id");
        Value asked = asked(id);
        assertThat(asked.at("inputRequests").json())
                .contains(
                        "elicitation/create",
                        "The run " + id + " of a flow asks whether it may go on.",
                        "Send 2.1 out?");

        Value left = read(call("flow_show", run(id), filledIn(asked, "{\"action\":\"cancel\"}")));
        assertThat(left.text("state")).isEqualTo("running");

        Value answered =
                read(
                        call(
                                "flow_show",
                                run(id),
                                filledIn(
                                        asked,
                                        "{\"action\":\"accept\",\"content\":{\"decision\":\"allow\",\"reason\":\"it"
                                                + " is tested\"}}")));

        assertThat(answered.text("id")).isEqualTo(id);
        assertThat(awaitRun(id, "done").at("outputs").json())
                .isEqualTo("{\"by\":\"anybody\",\"why\":\"it is tested\"}");
        assertThat(read(call("flow_show", run(id), "")).text("state")).isEqualTo("done");
    }

    @Test
    void aRunThatIsDeniedInAFormHasFailed() {
        String id =
                called("flow_run", "{\"flow\":\"release\",\"inputs\":{\"version\":\"2.1\"}}")
                        .text("id");

        call("flow_show", run(id), filledIn(asked(id), "{\"action\":\"decline\"}"));

        assertThat(awaitRun(id, "failed").json()).contains("has denied it");
    }

    @Test
    void aFormNeedsTheStateThatTheCallGave() {
        assertThat(call("flow_show", run("fr_0"), "\"requestState\":\"x\","))
                .contains("is not what this tool gave");
        assertThat(call("flow_show", run("fr_0"), "")).contains("\"isError\":true", "fr_0");
        assertThat(call("flow_show", run("../x"), "")).contains("\"isError\":true");
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
