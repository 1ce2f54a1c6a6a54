package dev.culvert.guest.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.Mutations;
import dev.culvert.guest.config.RuntimeRequests;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies with bytes changed, cut out and doubled: each becomes well-formed JSON, or is refused. */
@Timeout(60)
class MessagesRequestFuzzTest {
    private static final int ROUNDS = 20_000;
    private static final long SEED = 20261129;

    private enum Outcome {
        NOT_JSON,
        REFUSED,
        WRITTEN
    }

    static List<Path> bodies() throws IOException {
        return Mutations.corpus("anthropic");
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void isWrittenOrRefused(Path file) throws IOException {
        Mutations mutations = new Mutations(file, SEED);
        assertThat(write(mutations.good())).isEqualTo(Outcome.WRITTEN);

        Set<Outcome> outcomes = EnumSet.noneOf(Outcome.class);
        for (int round = 0; round < ROUNDS; round++) {
            outcomes.add(write(mutations.next()));
        }

        assertThat(outcomes).containsExactlyInAnyOrder(Outcome.values());
    }

    private static Outcome write(byte[] bytes) {
        ByteBuf chat = Unpooled.wrappedBuffer(bytes);
        try {
            JsonText.checkObject(chat);
        } catch (BadJsonException _) {
            return Outcome.NOT_JSON; // no frame with it is read
        }
        ByteBuf out = Unpooled.buffer();
        try {
            MessagesRequest.write(chat, out, RuntimeRequests.DEFAULTS, Map.of());
        } catch (UntranslatableException e) {
            assertThat(e.getMessage()).startsWith("'");
            return Outcome.REFUSED;
        }
        JsonText.checkObject(out);
        return Outcome.WRITTEN;
    }
}
