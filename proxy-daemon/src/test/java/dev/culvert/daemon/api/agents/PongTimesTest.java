package dev.culvert.daemon.api.agents;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PongTimesTest {
    private static final PongTimes NOTHING = new PongTimes(-1, -1, -1, null);

    private static PongTimes of(String payload) {
        return PongTimes.of(new Frame(FrameType.PONG, "p", Unpooled.copiedBuffer(payload, UTF_8)));
    }

    @Test
    void readsWhatAnAgentSaysOfItselfAndItsRuntime() {
        assertThat(of("{\"guest_us\":31, \"runtime_us\": 1840, \"runtime_status\":200}"))
                .isEqualTo(new PongTimes(31, 1840, 200, null));
        assertThat(of("{\"runtime_error\":\"a\\nb\",\"runtime_us\":0}"))
                .isEqualTo(new PongTimes(-1, 0, -1, "a\\nb"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "null",
                "[{\"guest_us\":1}]",
                "{\"guest_us\":\"1\",\"runtime_us\":null,\"runtime_status\":true}",
                "{\"guest_us\":-1,\"runtime_us\":{\"runtime_us\":1},\"runtime_error\":7}",
                "{\"guest_us\":1.5,\"runtime_us\":99999999999999999999,\"runtime_status\":2e2}",
                "{\"GUEST_US\":1,\"runtime\":{\"runtime_error\":\"x\"}}"
            })
    void whatHasTheWrongTypeIsAbsent(String payload) {
        assertThat(of(payload)).isEqualTo(NOTHING);
    }
}
