package dev.culvert.guest.approvals;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.Mutations;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of hosts with bytes changed, cut out and doubled: nothing but an allow allows. */
@Timeout(60)
class HostAnswerFuzzTest {
    private static final int ROUNDS = 20_000;
    private static final long SEED = 20261130;
    private static final String ID = "ap_Q3VsdmVydC1hcHByb3ZhbA";

    static List<Path> answers() throws IOException {
        return Mutations.corpus("approvals");
    }

    @ParameterizedTest
    @MethodSource("answers")
    void isUnderstoodOrMalformed(Path file) throws IOException {
        Mutations mutations = new Mutations(file, SEED);
        Map<FrameType, Integer> read = new EnumMap<>(FrameType.class);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = round == 0 ? mutations.good() : mutations.next();
            ByteBuf payload = Unpooled.wrappedBuffer(bytes);
            try {
                JsonText.checkObject(payload);
            } catch (BadJsonException _) {
                continue; // no frame with it is read
            }
            for (FrameType type : List.of(FrameType.APPROVED, FrameType.CLAIMED, FrameType.ERROR)) {
                check(new Frame(type, "a-1", payload.duplicate()), new String(bytes, UTF_8));
                read.merge(type, 1, Integer::sum);
            }
        }
        assertThat(read.values()).allMatch(count -> count > 1);
    }

    private static void check(Frame frame, String text) {
        switch (HostAnswer.read(frame, ID)) {
            case HostAnswer.Decided decided -> {
                assertThat(text).contains(decided.allowed() ? "allow" : "deny");
                assertThat(frame.type()).isEqualTo(FrameType.APPROVED);
                assertThat(decided.by() + decided.reason()).doesNotContain("\n");
            }
            case HostAnswer.Claimed _ -> assertThat(frame.type()).isEqualTo(FrameType.CLAIMED);
            case HostAnswer.Failed failed -> {
                assertThat(failed.code() + failed.message()).doesNotContain("\n");
                assertThat(failed.retryAfterSeconds()).isNotNegative();
            }
        }
    }
}
