package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** Agents that are asked by a tool of MCP, and fail. */
@Timeout(60)
@LoopCounts
class McpFaultsTest implements FaultsContract {
    private static final int SERVER_ERRORS = 500;

    @Parameter int eventLoops;

    @Override
    public int eventLoops() {
        return eventLoops;
    }

    @Override
    public String path() {
        return "/mcp";
    }

    @Override
    public String request(boolean streams) {
        return "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"ask\","
                + "\"arguments\":{\"agent\":\"a\",\"message\":\"hi\"},\"_meta\":{\"progressToken\":1}}}";
    }

    @Override
    public String[] headers(boolean streams) {
        String accepts = streams ? "application/json, text/event-stream" : "application/json";
        return new String[] {"accept", accepts, "mcp-protocol-version", "2025-11-25"};
    }

    /** What the model can mend is a result, which it reads. */
    @Override
    public String told(Fault fault) {
        return breaksOff(fault)
                ? "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32603,"
                : "\"isError\":true";
    }

    @Override
    public void assertFailed(HttpResponse<String> answer, Fault fault) {
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains(told(fault)).doesNotContain("half");
        if (breaksOff(fault) && fault != Fault.RESTART_OF_THE_DAEMON) {
            assertThat(answer.body()).contains("\"code\":\"" + fault.code() + "\"");
        }
    }

    @Override
    public boolean beginsAtOnce() {
        return true;
    }

    @Override
    public boolean breaksOff(Fault fault) {
        return fault.status() >= SERVER_ERRORS;
    }

    @Override
    public boolean isEnd(String event) {
        return event.contains("\"result\":") && !event.contains("\"isError\":true");
    }
}
