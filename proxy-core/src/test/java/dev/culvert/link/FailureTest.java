package dev.culvert.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureTest {
    /** Clients read them, so a name of a metric must not change them. */
    @Test
    void eachHasTheCodeThatTheApiPromises() {
        assertThat(
                        List.of(
                                new Failure.Unreachable(""),
                                new Failure.LinkLost(""),
                                new Failure.TimedOut(Duration.ZERO, false),
                                new Failure.Overloaded(""),
                                new Failure.OverMemory(""),
                                new Failure.TooLarge(2, 1),
                                new Failure.ToolBlocked("", ""),
                                new Failure.BadAnswer(""),
                                new Failure.AgentError(ErrorCode.TAKEN_OVER.wireName(), ""),
                                new Failure.AgentError("its_own", "")))
                .extracting(Failure::code)
                .containsExactly(
                        "unreachable",
                        "link_lost",
                        "timed_out",
                        "overloaded",
                        "over_memory",
                        "too_large",
                        "tool_blocked",
                        "bad_answer",
                        "taken_over",
                        "its_own");
    }
}
