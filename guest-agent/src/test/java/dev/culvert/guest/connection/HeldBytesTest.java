package dev.culvert.guest.connection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How much the guest holds for hosts that do not read, send half a frame, or ask too much at once.
 */
class HeldBytesTest {
    private static final int FRAME_BYTES = 4 << 20;
    private static final int MANY = 20_000;

    private final ScriptedLlm llm = new ScriptedLlm();
    private final EmbeddedAgent agent =
            new EmbeddedAgent(
                    llm,
                    """
                    "max_held_bytes": "6MiB",
                    "max_requests_bytes": "5MiB",
                    "max_context_bytes": "1KiB",
                    "max_config_bytes": "64KiB"
                    """);
    private final EmbeddedHost host = agent.connect();

    @AfterEach
    void close() {
        host.close();
        agent.close();
    }

    @Test
    void aHostThatDoesNotReadIsNotReadOnUntilItReadsAgain() {
        host.all();
        host.stopReading();
        int sent = 0;
        while (host.isRead() && sent < MANY) {
            host.send("ping", "p" + sent++, "{}");
        }
        assertThat(sent).isLessThan(MANY);

        host.readAgain();

        assertThat(host.isRead()).isTrue();
        assertThat(host.all()).hasSize(sent);
    }

    @Test
    void aHostThatReadsMayAskAsMuchAsItLikes() {
        host.all();
        for (int i = 0; i < 10 * 1024; i++) {
            host.send("ping", "p", "{}");
            host.next();
        }

        assertThat(host.isRead()).isTrue();
    }

    @Test
    void noHeartbeatsPileUpForAHostThatDoesNotRead() {
        host.all();
        host.stopReading();
        while (host.isRead()) {
            host.send("ping", "p", "{}");
        }
        host.advance(100);
        host.advance(100);

        host.readAgain();

        assertThat(host.all()).noneMatch(frame -> frame.contains("heartbeat"));
    }

    @Test
    void theLinkThatHoldsMostIsClosedWhenAllTogetherHoldTooMuch() {
        try (EmbeddedHost most = agent.connect();
                EmbeddedHost last = agent.connect()) {
            host.sendPart(FRAME_BYTES, 1 << 20);
            most.sendPart(FRAME_BYTES, 3 << 20);
            assertThat(most.isConnected()).isTrue();

            last.sendPart(FRAME_BYTES, 5 << 19);
            most.runTasks();

            assertThat(most.isConnected()).isFalse();
            assertThat(host.isConnected()).isTrue();
            assertThat(last.isConnected()).isTrue();
        }
    }

    @Test
    void whatALinkHeldIsFreeOnceItIsGone() {
        for (int i = 0; i < 10; i++) {
            try (EmbeddedHost next = agent.connect()) {
                next.sendPart(FRAME_BYTES, FRAME_BYTES / 2);
                assertThat(next.isConnected()).isTrue();
            }
        }
    }

    @Test
    void aMessageForWhichThereIsNoRoomIsOverloadedUntilTheRuntimeHasBegunToAnswer() {
        host.all();
        String large = "{\"role\":\"user\",\"content\":\"" + "x".repeat(3 << 20) + "\"}";
        host.send("message", "m1", large);
        host.send("message", "m2", large);
        assertThat(host.next())
                .contains(
                        "\"id\":\"m2\"",
                        "\"code\":\"overloaded\"",
                        "--max-requests-bytes",
                        "\"retry_after\":1");

        llm.last().says().onAnswer();
        host.send("message", "m3", large);

        assertThat(llm.count()).isEqualTo(2);
        assertThat(host.all()).isEmpty();
        host.sendRaw("{\"type\":\"cancel\",\"id\":\"m3\"}");
        host.send("message", "m4", large);
        assertThat(llm.count()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "config_update, --max-config-bytes",
        "context_update, --max-context-bytes",
        "resume, reads at most 16384"
    })
    void whatIsTooLargeForItsPurposeIsRefusedUnread(String type, String why) {
        host.all();

        host.send(
                type,
                "c1",
                "{\"config\":\"" + "x".repeat(100_000) + "\",\"context\":[],\"after\":1}");

        assertThat(host.next()).contains("\"code\":\"invalid_payload\"", why);
    }
}
