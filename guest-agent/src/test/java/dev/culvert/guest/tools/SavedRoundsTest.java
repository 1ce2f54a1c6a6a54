package dev.culvert.guest.tools;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.config.RuntimeKind;
import dev.culvert.guest.tools.AnswerCalls.Call;
import dev.culvert.guest.tools.ToolRun.Outcome;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SavedRoundsTest {
    private static final int ROUNDS = 50_000;
    private static final long SEED = 20261130;

    private static SavedRounds rounds() {
        UsageSum usage = new UsageSum();
        usage.add("{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}");
        usage.add("{\"prompt_tokens\":4,\"completion_tokens\":1,\"total_tokens\":5}");
        Round round = new Round();
        round.text("I will write ä.");
        round.thinking("hm");
        round.signature("\"sig\"");
        round.add(new Call("c0", "list_dir", "{}"), new Outcome(true, "a.txt"));
        return new SavedRounds(
                Unpooled.wrappedBuffer(new byte[] {1, 2, 3}),
                "token:ada",
                Map.of("traceparent", "00-x", "x-session", "s"),
                RuntimeKind.ANTHROPIC,
                true,
                List.of("list_dir", "write_file"),
                3,
                5,
                usage,
                round,
                List.of(new Call("c2", "list_dir", "{}")),
                new Call("c1", "write_file", "{\"path\":\"a\"}"),
                Unpooled.copiedBuffer("{\"stream\":true,\"messages\":[]}", UTF_8));
    }

    @Test
    void whatIsSavedIsReadAsItWas() throws IOException {
        SavedRounds saved = rounds();

        SavedRounds read = SavedRounds.read(Unpooled.wrappedBuffer(saved.packed()));

        assertThat(read.turn()).isEqualTo(saved.turn());
        assertThat(read.who()).isEqualTo("token:ada");
        assertThat(read.headers()).isEqualTo(saved.headers());
        assertThat(read.kind()).isEqualTo(RuntimeKind.ANTHROPIC);
        assertThat(read.dialect()).isTrue();
        assertThat(read.tools()).isEqualTo(saved.tools());
        assertThat(read.rounds()).isEqualTo(3);
        assertThat(read.resultBytes()).isEqualTo(5);
        assertThat(read.usage().json()).isEqualTo(saved.usage().json()).contains("\":7,");
        assertThat(read.round().asMessages()).isEqualTo(saved.round().asMessages());
        assertThat(read.round().asChat()).isEqualTo(saved.round().asChat());
        assertThat(read.waiting()).isEqualTo(saved.waiting());
        assertThat(read.call()).isEqualTo(saved.call());
        assertThat(read.body()).isEqualTo(saved.body());
        assertThat(read.packed()).isEqualTo(saved.packed());
    }

    @Test
    @Timeout(60)
    void whateverElseItIsIsRefusedOrRead() {
        byte[] good = rounds().packed();
        Random random = new Random(SEED);
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bad = good.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(4) == 0) {
                bad = Arrays.copyOf(bad, random.nextInt(bad.length));
            }
            refused += isRead(bad) ? 0 : 1;
        }
        assertThat(refused).isBetween(1, ROUNDS - 1);
    }

    private static boolean isRead(byte[] packed) {
        try {
            SavedRounds read = SavedRounds.read(Unpooled.wrappedBuffer(packed));
            assertThat(read.body()).isNotNull();
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
