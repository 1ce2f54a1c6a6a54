package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.daemon.ScriptedGuest.Request;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is too slow, and who sends too much. */
@Timeout(60)
class ClientPaceTest {
    private static final int TWO_MEGABYTES = 2_000_000;

    @Test
    void aClientThatReadsGetsChunksAsLargeAsAFrameAllows() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest);
                EventReader client = daemon.stream()) {
            Request message = guest.take();
            CompletableFuture<List<Event>> all = new CompletableFuture<>();
            Thread.startVirtualThread(() -> {
                try {
                    all.complete(client.rest());
                } catch (Exception e) {
                    all.completeExceptionally(e);
                }
            });
            for (int i = 0; i < 3; i++) {
                message.chunk("x".repeat(TWO_MEGABYTES));
            }
            message.done("");
            List<Event> events = all.get();
            assertThat(events)
                    .extracting(Event::type)
                    .containsExactly("chunk", "chunk", "chunk", "chunk", "done");
            assertThat(EventReader.content(events)).hasSize(3 * TWO_MEGABYTES);
        }
    }

    @Test
    void anAgentThatSendsWithoutCreditIsNamedAndNotItsClient() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("credit", "cancel");
                TestDaemon daemon = TestDaemon.with(guest);
                Socket client = daemon.connect()) {
            client.getOutputStream()
                    .write(
                            "POST /agents/a/stream HTTP/1.0\r\ncontent-length: 2\r\n\r\n{}"
                                    .getBytes(UTF_8));
            Request message = guest.take();
            guest.on("credit", ScriptedGuest.SILENCE);
            for (int i = 0; i < 4; i++) {
                message.chunk("x".repeat(TWO_MEGABYTES));
            }
            assertThat(guest.take().type()).isEqualTo("cancel");
            daemon.awaitMetric("culvert_turns_cancelled_total{cause=\"credit_ignored\"}", 1);
            assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                    .endsWith("\n\n")
                    .contains("event: error", "\"code\":\"credit_ignored\"", "the agent sent ")
                    .doesNotContain("slow_consumer");
        }
    }

    @Test
    void aClientThatReadsNothingOfABaseAgentIsTooSlow() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = TestDaemon.with(guest);
                Socket client = daemon.connect()) {
            client.getOutputStream()
                    .write(
                            "POST /agents/a/stream HTTP/1.0\r\ncontent-length: 2\r\n\r\n{}"
                                    .getBytes(UTF_8));
            Request message = guest.take();
            for (int i = 0; i < 3; i++) {
                message.chunk("x".repeat(TWO_MEGABYTES));
            }
            assertThat(guest.take().type()).isEqualTo("cancel");
            assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                    .contains("\"code\":\"slow_consumer\"", "1048576 bytes", "max_unsent_bytes");
        }
    }
}
