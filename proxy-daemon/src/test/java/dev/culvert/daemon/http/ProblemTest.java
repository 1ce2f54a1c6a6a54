package dev.culvert.daemon.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
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
                Arguments.of(502, new Failure.AgentError("runtime_error", "out of memory")),
                Arguments.of(502, new Failure.AgentError("runtime_unreachable", "is it up?")),
                Arguments.of(502, new Failure.AgentError("empty_response", "nothing")),
                Arguments.of(502, new Failure.AgentError("response_too_large", "8 MiB")),
                Arguments.of(502, new Failure.AgentError("stream_broken", "no end")),
                Arguments.of(502, new Failure.AgentError("internal", "a mistake")),
                Arguments.of(502, new Failure.AgentError("what_nobody_knows", "a mistake")),
                Arguments.of(504, new Failure.AgentError("runtime_timeout", "60 s")),
                Arguments.of(503, new Failure.AgentError("draining", "soon back")),
                Arguments.of(501, new Failure.AgentError("cannot_join", "a base peer")),
                Arguments.of(429, new Failure.AgentError("overloaded", "4 turns run")),
                Arguments.of(422, new Failure.AgentError("invalid_payload", "no role")),
                Arguments.of(422, new Failure.AgentError("invalid_message", "no payload")),
                Arguments.of(422, new Failure.AgentError("id_reused", "another message")),
                Arguments.of(410, new Failure.AgentError("unknown_turn", "no such turn")),
                Arguments.of(409, new Failure.AgentError("log_truncated", "60 s are over")),
                Arguments.of(409, new Failure.AgentError("taken_over", "another reads it")),
                Arguments.of(409, new Failure.AgentError("cannot_cancel", "a base peer")),
                Arguments.of(409, new Failure.AgentError("cancelled", "deleted")));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void turnsEachFailureIntoAStatusAndASentence(int status, Failure failure) {
        Problem problem = Problem.of(failure);
        assertThat(problem.status().code()).isEqualTo(status);
        assertThat(problem.error()).contains(failure.message()).endsWith(".");
    }

    @ParameterizedTest
    @CsvSource({
        "overloaded, 0, 0, 429, 1",
        "overloaded, 0, 4, 429, 4",
        "runtime_error, 429, 7, 429, 7",
        "runtime_error, 429, 0, 429, 1",
        "runtime_error, 503, 30, 502, 30",
        "runtime_error, 500, 0, 502, ''",
        "draining, 0, 0, 503, 1"
    })
    void saysWhenToTryAgain(String code, int runtime, int seconds, int status, String retryAfter) {
        Problem problem = Problem.of(new Failure.AgentError(code, "no", 0, runtime, seconds));
        assertThat(problem.status().code()).isEqualTo(status);
        assertThat(problem.headers().getOrDefault(HttpHeaderNames.RETRY_AFTER, ""))
                .isEqualTo(retryAfter);
    }

    @Test
    void namesTheStatusOfTheRuntime() {
        assertThat(Problem.of(new Failure.AgentError("runtime_error", "no", 0, 401, 0)).members())
                .containsEntry("runtime_status", 401);
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
        Problem problem =
                Problem.of(HttpResponseStatus.BAD_GATEWAY, "It failed.")
                        .member("runtime_status", 500)
                        .member("agent_message", "half a pair: \ud800, \"quotes\"\n, é");
        new ProblemJson().write(problem, "id-1", out);
        assertThat(out.toString(UTF_8))
                .isEqualTo(
                        """
                        {"type":"about:blank","title":"Bad Gateway","status":502,\
                        "error":"It failed.",\
                        "runtime_status":500,\
                        "agent_message":"half a pair: \\\\ud800, \\"quotes\\"\\\\n, é",\
                        "request_id":"id-1"}\
                        """);
    }
}
