package dev.culvert.daemon.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProblemTest {

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(502, new Failure.Unreachable("nobody listens on port 1024")),
                Arguments.of(502, new Failure.LinkLost("connection reset")),
                Arguments.of(504, new Failure.TimedOut(Duration.ofSeconds(60), false)),
                Arguments.of(429, new Failure.Overloaded("the link carries 256 exchanges")),
                Arguments.of(413, new Failure.TooLarge(5, 4)),
                Arguments.of(403, new Failure.ToolBlocked("rm", "not on the list")),
                Arguments.of(502, new Failure.AgentError("runtime_error", "out of memory")));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void turnsEachFailureIntoAStatusAndASentence(int status, Failure failure) {
        Problem problem = Problem.of(failure);
        assertThat(problem.status().code()).isEqualTo(status);
        assertThat(problem.error()).contains(failure.message()).endsWith(".");
    }

    @Test
    void namesTheToolAndTheAgentsCode() {
        assertThat(Problem.of(new Failure.ToolBlocked("rm", "not on the list")).members())
                .containsExactly(
                        Map.entry("code", "tool_blocked"),
                        Map.entry("tool_name", "rm"),
                        Map.entry("reason", "not on the list"));
        assertThat(Problem.of(new Failure.AgentError("runtime_error", "oom")).members())
                .containsExactly(
                        Map.entry("code", "runtime_error"), Map.entry("agent_message", "oom"));
    }

    @Test
    void writesProblemJsonWhateverTheAgentSaid() {
        ByteBuf out = Unpooled.buffer();
        Problem.of(HttpResponseStatus.BAD_GATEWAY, "It failed.")
                .member("agent_message", "half a pair: \ud800, \"quotes\"\n, é")
                .writeTo(out, "id-1");
        assertThat(out.toString(UTF_8))
                .isEqualTo(
                        """
                        {"type":"about:blank","title":"Bad Gateway","status":502,\
                        "error":"It failed.",\
                        "agent_message":"half a pair: ?, \\"quotes\\"\\n, é",\
                        "request_id":"id-1"}\
                        """);
    }
}
