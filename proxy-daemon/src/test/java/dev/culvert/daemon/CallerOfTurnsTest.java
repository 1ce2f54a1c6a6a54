package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent that runs tools is told who asks; any other agent is not. */
@Timeout(60)
class CallerOfTurnsTest {
    @Test
    void anAgentThatRunsToolsIsToldWhoAsks() throws Exception {
        AtomicReference<String> withTools = new AtomicReference<>("");
        AtomicReference<String> other = new AtomicReference<>("");
        try (ScriptedGuest a = ScriptedGuest.announcing("tools");
                ScriptedGuest b = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = TestDaemon.with(a, b)) {
            a.on("message", it -> answer(it, withTools));
            b.on("message", it -> answer(it, other));
            daemon.awaitAgent("a", "[\"tools\"]");
            daemon.awaitAgent("b", "[\"cancel\"]");

            daemon.post("/agents/a/message", MESSAGE);
            daemon.post("/agents/b/message", MESSAGE);

            assertThat(withTools.get()).contains(",\"caller\":\"anybody\",\"payload\":");
            assertThat(other.get()).contains("\"payload\":").doesNotContain("caller");
        }
    }

    private static void answer(ScriptedGuest.Request message, AtomicReference<String> heard)
            throws IOException {
        heard.set(message.json());
        message.done("x");
    }
}
